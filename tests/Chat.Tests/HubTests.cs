using Visuels.Chat.Conversations;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

public sealed class HubTests(ChatApp app) : IClassFixture<ChatApp>
{
    [Fact]
    public async Task A_message_sent_over_the_hub_reaches_every_device_of_both_sides_once()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var phone = await Device.ConnectAsync(app.Service, buyer);
        await using var laptop = await Device.ConnectAsync(app.Service, buyer);
        await using var studio = await Device.ConnectAsync(app.Service, artist);

        var sent = await phone.SendAsync(artist, "hello", "m-1");
        var again = await laptop.SendAsync(artist, "hello", "m-1");
        var last = await studio.SendAsync(buyer, "hello yourself");

        Assert.Equal(sent, again);
        Assert.Equal(("hello", 1, buyer.Id), (sent.Content, sent.Seq, sent.SenderId));
        foreach (var device in new[] { phone, laptop, studio })
        {
            await device.WaitForAsync(last);
            Assert.Equal([sent, last], device.Received);
        }

        Assert.Equal([sent, last], (await artist.HistoryAsync(buyer)).Data);
    }

    [Fact]
    public async Task A_message_sent_by_http_reaches_the_devices_too()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var phone = await Device.ConnectAsync(app.Service, buyer);
        await using var studio = await Device.ConnectAsync(app.Service, artist);

        var sent = await buyer.SendAsync(artist, "by http");

        await phone.WaitForAsync(sent);
        await studio.WaitForAsync(sent);
        Assert.Equal(sent, Assert.Single(studio.Received));
    }

    [Fact]
    [Proves(Requirement.ChatRights)]
    public async Task Nobody_else_hears_of_a_message()
    {
        var (buyer, artist, third) = (app.Buyer(), app.Artist(), app.Buyer());
        await using var thirds = await Device.ConnectAsync(app.Service, third);

        await buyer.SendAsync(artist, "between us");
        var forThird = await artist.SendAsync(third, "for you");
        await thirds.WaitForAsync(forThird);

        Assert.Equal(forThird, Assert.Single(thirds.Received));
    }

    [Fact]
    public async Task Messages_by_hub_and_http_at_once_are_numbered_without_gap_or_double()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var phone = await Device.ConnectAsync(app.Service, buyer);
        await using var studio = await Device.ConnectAsync(app.Service, artist);

        var sent = await Task.WhenAll(Enumerable.Range(0, 48).Select(i => (i % 3) switch
        {
            0 => phone.SendAsync(artist, $"{i}"),
            1 => studio.SendAsync(buyer, $"{i}"),
            _ => buyer.SendAsync(artist, $"{i}"),
        }));
        await Task.WhenAll(sent.Select(studio.WaitForAsync));

        Assert.Equal(Enumerable.Range(1, 48).Select(i => (long)i), sent.Select(message => message.Seq).Order());
        Assert.Equal(48, studio.Received.Count);
    }

    [Fact]
    public async Task A_refused_call_says_why_in_the_words_of_http_and_the_connection_lives_on()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var device = await Device.ConnectAsync(app.Service, buyer);

        Assert.Contains("HubException: invalid_receiver: You cannot", await device.RefusalAsync(d => d.SendAsync(buyer, "a")), StringComparison.Ordinal);
        Assert.Contains("HubException: not_found: Receiver invalid", await device.RefusalAsync(d => d.SendAsync(app.Service.Stranger(), "a")), StringComparison.Ordinal);
        Assert.Contains("HubException: chat_not_allowed: ", await device.RefusalAsync(d => d.SendAsync(app.Buyer(), "a")), StringComparison.Ordinal);
        Assert.Contains("HubException: invalid_request: ", await device.RefusalAsync(d => d.InvokeAsync("Send", artist.Id.ToString(), null)), StringComparison.Ordinal);
        Assert.Contains("HubException: invalid_request: ", await device.RefusalAsync(d => d.SendAsync("42", "a")), StringComparison.Ordinal);
        Assert.Contains("validation_failed: Message content required", await device.RefusalAsync(d => d.SendAsync(artist, "")), StringComparison.Ordinal);
        Assert.Contains("validation_failed: ", await device.RefusalAsync(d => d.SendAsync(artist, new string('a', 4001))), StringComparison.Ordinal);
        Assert.Contains("validation_failed: ", await device.RefusalAsync(d => d.SendAsync(artist, "a", new string('i', 65))), StringComparison.Ordinal);
        Assert.Contains("validation_failed: ", await device.RefusalAsync(d => d.SendAsync(artist.Id.ToString(), "a", null, "SYSTEM")), StringComparison.Ordinal);
        Assert.Equal(1, (await device.SendAsync(artist, "still here")).Seq);
    }

    [Fact]
    public async Task What_cannot_be_read_is_refused_without_a_word_about_the_inside()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var device = await Device.ConnectAsync(app.Service, buyer);
        var id = artist.Id.ToString();

        string[] refusals =
        [
            await device.RefusalAsync(d => d.InvokeAsync("Send", id, new { content = "a\0b", type = "TEXT" })),
            await device.RefusalAsync(d => d.InvokeAsync("Send", id, new { content = 7, type = "TEXT" })),
            await device.RefusalAsync(d => d.InvokeAsync("Send", id, new { content = "a", type = "TEXT", senderId = id })),
            await device.RefusalAsync(d => d.InvokeAsync("Send", null, new { content = "a", type = "TEXT" })),
            await device.RefusalAsync(d => d.InvokeAsync("Send", id)),
        ];

        Assert.All(refusals, refusal => Assert.DoesNotContain("Visuels", refusal, StringComparison.Ordinal));
        Assert.All(refusals, refusal => Assert.DoesNotContain("System.", refusal, StringComparison.Ordinal));
        Assert.Equal(1, (await device.SendAsync(artist, "still here")).Seq);
    }

    [Fact]
    public async Task The_longest_message_fits_even_when_a_client_escapes_every_character()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var device = await Device.ConnectAsync(app.Service, buyer);
        var longest = string.Concat(Enumerable.Repeat("\U0001F3A8", 2000));

        var sent = await device.SendAsync(artist.Id.ToString(), longest, new string('\u00e4', 64), MessageTypes.Text);

        Assert.Equal(longest, sent.Content);
    }

    [Fact]
    [Proves(Requirement.HubLimits)]
    public async Task A_call_that_no_message_could_fill_ends_the_connection()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var device = await Device.ConnectAsync(app.Service, buyer);

        await Assert.ThrowsAnyAsync<Exception>(() => device.SendAsync(artist, new string('a', 40_000)));

        await device.WaitUntilClosedAsync();
        Assert.Empty((await buyer.HistoryAsync(artist)).Data);
    }
}
