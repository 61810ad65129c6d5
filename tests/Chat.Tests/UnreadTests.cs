using System.Net;

namespace Visuels.Chat.Tests;

public sealed class UnreadTests(ChatApp app) : IClassFixture<ChatApp>
{
    [Fact]
    public async Task Only_what_the_other_side_wrote_is_unread()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());

        await buyer.SendAsync(artist, "one");
        await buyer.SendAsync(artist, "two");
        await artist.SendAsync(buyer, "three");
        await buyer.SendAsync(artist, "four");

        Assert.Equal((1, 3), (await buyer.UnreadAsync(artist), await artist.UnreadAsync(buyer)));
    }

    [Fact]
    public async Task Reading_up_to_a_message_leaves_what_came_later()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "one");
        await artist.SendAsync(buyer, "two");
        await buyer.SendAsync(artist, "three");
        await buyer.SendAsync(artist, "four");

        using var read = await artist.ReadAsync(buyer, 3);

        Assert.Equal(HttpStatusCode.NoContent, read.StatusCode);
        Assert.Equal((1, 1), (await buyer.UnreadAsync(artist), await artist.UnreadAsync(buyer)));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_read_mark_never_moves_back(bool buyerReads)
    {
        // Ids grow, so the two cases are the two sides of a pair.
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var (reader, writer) = buyerReads ? (buyer, artist) : (artist, buyer);
        await writer.SendAsync(reader, "one");
        await writer.SendAsync(reader, "two");
        await reader.ReadAsync(writer, 2);

        using var back = await reader.ReadAsync(writer, 1);
        using var zero = await reader.ReadAsync(writer, 0);

        Assert.Equal((HttpStatusCode.NoContent, HttpStatusCode.NoContent), (back.StatusCode, zero.StatusCode));
        Assert.Equal(0, await reader.UnreadAsync(writer));
        await writer.SendAsync(reader, "three");
        Assert.Equal(1, await reader.UnreadAsync(writer));
    }

    [Fact]
    public async Task A_mark_beyond_the_last_message_does_not_cover_messages_to_come()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "one");

        await artist.ReadAsync(buyer, long.MaxValue);
        Assert.Equal(0, await artist.UnreadAsync(buyer));
        await buyer.SendAsync(artist, "two");

        Assert.Equal(1, await artist.UnreadAsync(buyer));
    }

    [Fact]
    public async Task Marks_set_at_once_end_at_the_furthest()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        for (var i = 0; i < 10; i++)
        {
            await buyer.SendAsync(artist, $"{i}");
        }

        await Task.WhenAll(Enumerable.Range(1, 9).Select(seq => artist.ReadAsync(buyer, seq)));

        Assert.Equal(1, await artist.UnreadAsync(buyer));
    }

    [Theory]
    [InlineData("""{"seq":-1}""")]
    [InlineData("""{"seq":1.5}""")]
    [InlineData("""{"seq":"x"}""")]
    [InlineData("""{"seq":null}""")]
    [InlineData("""{"seq":1,"all":true}""")]
    [InlineData("{}")]
    public async Task A_mark_that_is_no_number_is_refused(string body)
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "one");

        using var response = await artist.Http.PostAsync(
            $"/api/v1/message/read/{buyer.Id}",
            new StringContent(body, System.Text.Encoding.UTF8, "application/json"),
            TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(1, await artist.UnreadAsync(buyer));
    }

    [Fact]
    public async Task Where_nothing_was_written_nothing_can_be_read()
    {
        using var response = await app.Buyer().ReadAsync(app.Artist(), 1);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }
}
