using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.Jobs.Ledger;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Jobs.Tests;

public sealed class AccountMailTests(JobsApp jobs) : IClassFixture<JobsApp>
{
    private readonly ServiceUnderTest _app = jobs.Service;

    [Fact]
    public async Task A_new_account_is_welcomed_once()
    {
        var address = Samples.NewAddress();
        var registered = Samples.Registered(address, "Bea");
        var messageId = Guid.CreateVersion7();

        await Task.WhenAll(_app.Bus.PublishAsync(registered, messageId), _app.Bus.PublishAsync(registered, messageId));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - Welcome", mail.Subject);
        Assert.Contains("Hello Bea,", mail.Text, StringComparison.Ordinal);
        Assert.Contains("ann-w", mail.Text, StringComparison.Ordinal);
        Assert.Contains("http://localhost:3000/", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Artists_and_buyers_are_told_what_they_can_do()
    {
        var (artist, buyer) = (Samples.NewAddress(), Samples.NewAddress());

        await _app.Bus.PublishAsync(Samples.Registered(artist, role: Roles.Artist));
        await _app.Bus.PublishAsync(Samples.Registered(buyer, role: Roles.User));

        Assert.Contains("first artwork", (await _app.MailToAsync(artist)).Text, StringComparison.Ordinal);
        Assert.Contains("Find a piece", (await _app.MailToAsync(buyer)).Text, StringComparison.Ordinal);
    }

    [Fact]
    [Proves(Requirement.Mail)]
    public async Task A_code_for_an_address_that_nobody_has_proven_greets_nobody_by_name()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Code(_app, address, "123456", name: ""));

        Assert.Contains("Hello,", (await _app.MailToAsync(address)).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_owner_of_a_known_address_is_told_of_the_sign_up()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.KnownAddress(address));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - You Already Have an Account", mail.Subject);
        Assert.Contains("http://localhost:3000/auth/signin", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [Proves(Requirement.SecondFactor)]
    [InlineData(SecondFactorChanges.SwitchedOn, "Visuels - Second Factor On", "recovery codes")]
    [InlineData(SecondFactorChanges.SwitchedOff, "Visuels - Second Factor Off", "no code")]
    [InlineData(SecondFactorChanges.Removed, "Visuels - Second Factor Off", "switched it off")]
    [InlineData(SecondFactorChanges.RecoveryCodeUsed, "Visuels - Recovery Code Used", "Recovery codes left: 7")]
    [InlineData(SecondFactorChanges.RecoveryCodesRenewed, "Visuels - New Recovery Codes", "worthless")]
    public async Task The_owner_is_told_what_happened_to_the_second_factor(string change, string subject, string words)
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.SecondFactor(address, change, codesLeft: 7));

        var mail = await _app.MailToAsync(address);
        Assert.Equal(subject, mail.Subject);
        Assert.Contains(words, mail.Text, StringComparison.Ordinal);
        Assert.Contains("If this was not you", mail.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, "was changed", "all other devices")]
    [InlineData(true, "set anew", "signed out everywhere")]
    [Proves(Requirement.PasswordChange)]
    public async Task The_owner_of_an_account_is_told_of_a_new_password_and_not_which(bool byMail, string what, string consequence)
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(new PasswordChanged(JobsReading.NewId(), 3, address, "Bea", byMail, DateTimeOffset.UtcNow));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - Your Password Was Changed", mail.Subject);
        Assert.Contains("Hello Bea,", mail.Text, StringComparison.Ordinal);
        Assert.Contains(what, mail.Text, StringComparison.Ordinal);
        Assert.Contains(consequence, mail.Text, StringComparison.Ordinal);
        Assert.Contains("If it was not you", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Proves(Requirement.Linking)]
    public async Task The_owner_of_an_account_is_told_that_it_can_be_entered_by_Google()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(new GoogleLinked(JobsReading.NewId(), 3, address, "Bea", new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero)));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - Sign-in by Google", mail.Subject);
        Assert.Contains("Hello Bea,", mail.Text, StringComparison.Ordinal);
        Assert.Contains("1 March 2026, 12:00 UTC", mail.Text, StringComparison.Ordinal);
        Assert.Contains("If it was not you", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_before_is_told_how_to_undo_the_change()
    {
        var (address, token) = (Samples.NewAddress(), $"{JobsReading.NewId()}.{new string('7', 32)}");

        await _app.Bus.PublishAsync(Samples.Moved(_app, address, token));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - Your Address Was Changed", mail.Subject);
        Assert.Contains($"http://localhost:4000/api/v1/auth/email/undo?token={token}", mail.Text, StringComparison.Ordinal);
        Assert.Contains("If it was not you", mail.Text, StringComparison.Ordinal);
        var row = Assert.Single(await _app.RowsAsync(), row => row.To == address);
        Assert.DoesNotContain(token, row.ToJson(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_that_undoes_a_change_is_mailed_to_no_other_address()
    {
        var (meant, other) = (Samples.NewAddress(), Samples.NewAddress());
        var changed = Samples.Moved(_app, meant, $"{JobsReading.NewId()}.{new string('7', 32)}");

        await _app.Bus.PublishAsync(changed with { Email = other });

        await Eventually.Until(async () => (await _app.RowsAsync()).Any(row => row.To == other && row.State == MailStates.Parked), "the mail is given up");
        Assert.Empty(await _app.MailsToAsync(other));
    }

    [Fact]
    public async Task The_address_that_loses_the_account_again_is_told_so_without_a_link()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Moved(_app, address, "") with { SealedUndo = null, UndoUntil = null });

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - A Change of Address Was Undone", mail.Subject);
        Assert.DoesNotContain("token", mail.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_code_for_a_new_address_says_what_it_is_for()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Code(_app, address, "042138", name: "", purpose: CodePurposes.ChangeEmail));

        Assert.Equal("Visuels - Code for Your New Address", (await _app.MailToAsync(address)).Subject);
    }

    [Fact]
    public async Task A_code_for_a_new_password_says_what_it_is_for_and_stands_bare_in_the_text()
    {
        var address = Samples.NewAddress();

        await _app.Bus.PublishAsync(Samples.Code(_app, address, "042137", purpose: CodePurposes.ResetPassword));

        var mail = await _app.MailToAsync(address);
        Assert.Equal("Visuels - Code for a New Password", mail.Subject);
        Assert.Matches(@"(?m)^\s*042137\s*$", mail.Text);
    }

    [Fact]
    public async Task Later_mails_use_the_newest_name_and_address_that_an_event_told()
    {
        var (buyer, artist) = (_app.Auth.Add("Buyer", Roles.User), _app.Auth.Add("Artist", Roles.Artist));
        var (old, current) = (Samples.NewAddress(), Samples.NewAddress());
        await _app.Bus.PublishAsync(Samples.Registered(old, "Old Name", Roles.Artist, artist.Id.ToString()));
        await _app.MailToAsync(old);
        await _app.Bus.PublishAsync(new UserUpdated(artist.Id.ToString(), 3, current, "new", "New Name", Roles.Artist, DateTimeOffset.UtcNow));
        var cards = _app.Services.GetRequiredService<UserCards>();
        await Eventually.Until(
            async () => (await cards.FindAsync(artist.Id, TestContext.Current.CancellationToken))?.Version == 3, "the card is updated");

        await _app.Bus.PublishAsync(Samples.Placed(buyer, artist));

        Assert.Contains("Hello New Name,", (await _app.MailToAsync(current)).Text, StringComparison.Ordinal);
        Assert.Single(await _app.MailsToAsync(old));
    }
}
