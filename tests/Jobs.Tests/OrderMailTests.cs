using Microsoft.Extensions.Time.Testing;
using Visuels.Contracts.Orders;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;

namespace Visuels.Jobs.Tests;

public sealed class OrderMailTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private readonly ServiceUnderTest _app = jobs.Service;

    private (UserCardItem Buyer, UserCardItem Artist) NewSides() => (_app.Auth.Add("Ben", Roles.User), _app.Auth.Add("Ada", Roles.Artist));

    [Fact]
    public async Task A_new_order_is_told_to_the_artist_and_confirmed_to_the_buyer_once_each()
    {
        var (buyer, artist) = NewSides();
        var placed = Samples.Placed(buyer, artist);
        var messageId = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _app.Bus.PublishAsync(placed, messageId)));

        var toArtist = await _app.MailToAsync(artist.Email);
        var toBuyer = await _app.MailToAsync(buyer.Email);
        Assert.Equal("Visuels - New Order", toArtist.Subject);
        Assert.Equal("Visuels - Order Placed", toBuyer.Subject);
        Assert.Contains("http://localhost:3000/artist/orders", toArtist.Text, StringComparison.Ordinal);
        Assert.Contains("http://localhost:3000/user/orders", toBuyer.Text, StringComparison.Ordinal);
        Assert.All([toArtist, toBuyer], mail =>
        {
            Assert.Contains("Blue Hour", mail.Text, StringComparison.Ordinal);
            Assert.Contains(placed.OrderId, mail.Text, StringComparison.Ordinal);
            Assert.Contains("Price: USD 1,250.50", mail.Text, StringComparison.Ordinal);
            Assert.Contains("Total: USD 2,501.00", mail.Text, StringComparison.Ordinal);
            Assert.Contains("""src="http://localhost:4000/images/blue-hour.webp""", mail.Html, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task Neither_side_learns_the_others_address()
    {
        var (buyer, artist) = NewSides();

        await _app.Bus.PublishAsync(Samples.Placed(buyer, artist));

        var toArtist = await _app.MailToAsync(artist.Email);
        var toBuyer = await _app.MailToAsync(buyer.Email);
        Assert.Contains($"Ben (@{buyer.Username})", toArtist.Text, StringComparison.Ordinal);
        Assert.Contains($"Ada (@{artist.Username})", toBuyer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(buyer.Email, toArtist.Text + toArtist.Html, StringComparison.Ordinal);
        Assert.DoesNotContain(artist.Email, toBuyer.Text + toBuyer.Html, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("VIEWED", OrderActors.Artist, "buyer", "Visuels - Order Viewed", "Ada has seen your order")]
    [InlineData("ACCEPTED", OrderActors.Artist, "buyer", "Visuels - Order Accepted", "Ada accepted your order")]
    [InlineData("REJECTED", OrderActors.Artist, "buyer", "Visuels - Order Rejected", "Ada could not accept")]
    [InlineData("REJECTED", OrderActors.System, "buyer", "Visuels - Order Rejected", "was sold to another buyer")]
    [InlineData("CANCELLED", OrderActors.Buyer, "artist", "Visuels - Order Cancelled", "Ben cancelled the order")]
    [InlineData("CANCELLED", OrderActors.Artist, "buyer", "Visuels - Order Cancelled", "Ada cancelled the order")]
    public async Task A_change_is_told_to_the_other_side_only(string status, string by, string reader, string subject, string sentence)
    {
        var (buyer, artist) = NewSides();
        var (told, other) = reader == "buyer" ? (buyer, artist) : (artist, buyer);
        var changed = Samples.Changed(buyer, artist, status, by, by == OrderActors.System ? "sold" : null);
        var messageId = Guid.CreateVersion7();

        await Task.WhenAll(_app.Bus.PublishAsync(changed, messageId), _app.Bus.PublishAsync(changed, messageId));

        var mail = await _app.MailToAsync(told.Email);
        Assert.Equal(subject, mail.Subject);
        Assert.Contains(sentence, mail.Text, StringComparison.Ordinal);
        Assert.Contains("Blue Hour", mail.Text, StringComparison.Ordinal);
        Assert.Contains(reader == "buyer" ? "/user/orders" : "/artist/orders", mail.Text, StringComparison.Ordinal);
        Assert.Empty(await _app.MailsToAsync(other.Email));
        Assert.Single(await _app.RowsAsync(), row => row.UserId == buyer.Id || row.UserId == artist.Id);
    }

    [Fact]
    public async Task Who_was_never_answered_reads_that_the_order_has_ended()
    {
        var (buyer, artist) = NewSides();

        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "REJECTED", OrderActors.System, "expired"));

        var mail = await _app.MailToAsync(buyer.Email);
        Assert.Equal("Visuels - Order Expired", mail.Subject);
        Assert.Contains("Ada has not answered your order for \"Blue Hour\" in time", mail.Text, StringComparison.Ordinal);
        Assert.Empty(await _app.MailsToAsync(artist.Email));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task An_artist_is_reminded_of_an_order_that_waits_once_per_event(int reminder, bool isLast)
    {
        var (buyer, artist) = NewSides();
        var unanswered = Samples.LeftUnanswered(buyer, artist, reminder);
        var messageId = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => _app.Bus.PublishAsync(unanswered, messageId)));

        var mail = await _app.MailToAsync(artist.Email);
        Assert.Equal("Visuels - Order Waiting", mail.Subject);
        Assert.Contains("Ben asked you for \"Blue Hour\" on 1 March 2099", mail.Text, StringComparison.Ordinal);
        Assert.Contains("ends by itself on 15 March 2099", mail.Text, StringComparison.Ordinal);
        Assert.Contains("http://localhost:3000/artist/orders", mail.Text, StringComparison.Ordinal);
        Assert.Equal(isLast, mail.Text.Contains("last reminder", StringComparison.Ordinal));
        Assert.DoesNotContain(buyer.Email, mail.Text + mail.Html, StringComparison.Ordinal);
        Assert.Empty(await _app.MailsToAsync(buyer.Email));
    }

    [Fact]
    public async Task The_artists_reason_and_the_editions_are_passed_on()
    {
        var (buyer, artist) = NewSides();

        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "ACCEPTED", OrderActors.Artist, "Gladly", "Blue Hour", 3, 4));

        var mail = await _app.MailToAsync(buyer.Email);
        Assert.Contains("Reason: Gladly", mail.Text, StringComparison.Ordinal);
        Assert.Contains("Editions: 3, 4", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_step_of_an_order_is_a_mail_of_its_own()
    {
        var (buyer, artist) = NewSides();

        await _app.Bus.PublishAsync(Samples.Placed(buyer, artist));
        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "VIEWED", OrderActors.Artist));
        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "ACCEPTED", OrderActors.Artist));

        await Eventually.Until(async () => (await _app.MailsToAsync(buyer.Email)).Count == 3, "three mails to the buyer");
        Assert.Equal(
            ["Visuels - Order Accepted", "Visuels - Order Placed", "Visuels - Order Viewed"],
            (await _app.MailsToAsync(buyer.Email)).Select(mail => mail.Subject).Order());
    }

    [Fact]
    public async Task An_order_waits_for_Auth_when_addresses_are_missing_and_is_lost_to_nobody()
    {
        var clock = new FakeTimeProvider(Samples.Start);
        await using var app = await JobsApp.StartAsync(test => test.Clock = clock);
        var (buyer, artist) = (app.Auth.Add("Ben", Roles.User), app.Auth.Add("Ada", Roles.Artist));
        app.Auth.CardsDown = true;
        await app.Bus.PublishAsync(Samples.Placed(buyer, artist));
        // The pause before the call's second try passes by the service's clock as well.
        await Eventually.Until(
            async () => (await app.RowsAsync()) is { Count: 2 } rows && rows.All(row => row.Log.Count > 0), "both mails failed once", clock: clock);
        Assert.All(await app.RowsAsync(), row => Assert.Equal("auth not available", row.Log[0].Detail));
        Assert.Empty(await app.MailsToAsync(buyer.Email));

        app.Auth.CardsDown = false;
        await app.PassTimeAsync(clock, rows => rows.All(row => row.State == MailStates.Sent), "both mails are sent");

        Assert.Single(await app.MailsToAsync(buyer.Email));
        Assert.Single(await app.MailsToAsync(artist.Email));
    }

    [Fact]
    public async Task A_mail_to_an_account_that_does_not_exist_is_parked()
    {
        var (buyer, artist) = NewSides();
        _app.Auth.Users.TryRemove(buyer.Id, out _);

        await _app.Bus.PublishAsync(Samples.Changed(buyer, artist, "VIEWED", OrderActors.Artist));

        var row = await _app.RowAsync(MailStates.Parked, row => row.UserId == buyer.Id);
        Assert.Equal("unknown account", row.Log[^1].Detail);
    }
}
