using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

public sealed class SendingTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_sent_message_comes_back_with_its_place_in_the_conversation()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());

        using var response = await buyer.PostAsync(artist, new { content = "Is it still there?", type = "TEXT", clientMessageId = "m-1" });

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
        Assert.Equal("Message sent", body.GetProperty("msg").GetString());
        var message = body.GetProperty("message");
        Assert.Equal(
            ["_id", "chatId", "seq", "senderId", "content", "type", "clientMessageId", "createdAt"],
            message.EnumerateObject().Select(member => member.Name));
        Assert.Equal(1, message.GetProperty("seq").GetInt64());
        Assert.Equal(buyer.Id.ToString(), message.GetProperty("senderId").GetString());
        Assert.Equal("Is it still there?", message.GetProperty("content").GetString());
        Assert.Equal("TEXT", message.GetProperty("type").GetString());
        Assert.Equal("m-1", message.GetProperty("clientMessageId").GetString());

        var history = await artist.Http.GetFromJsonAsync<JsonElement>($"/api/v1/message/get/{buyer.Id}", Ct);
        Assert.True(history.GetProperty("status").GetBoolean());
        Assert.Equal(message.ToString(), Assert.Single(history.GetProperty("data").EnumerateArray()).ToString());
    }

    [Theory]
    [InlineData("""{"content":"","type":"TEXT"}""")]
    [InlineData("""{"content":"  \n ","type":"TEXT"}""")]
    [InlineData("""{"content":null,"type":"TEXT"}""")]
    [InlineData("""{"type":"TEXT"}""")]
    [InlineData("""{"content":7,"type":"TEXT"}""")]
    [InlineData("""{"content":["a"],"type":"TEXT"}""")]
    [InlineData("""{"content":"a\u0000b","type":"TEXT"}""")]
    [InlineData("""{"content":"a\ud800b","type":"TEXT"}""")]
    [InlineData("""{"content":"a"}""")]
    [InlineData("""{"content":"a","type":"text"}""")]
    [InlineData("""{"content":"a","type":"VIDEO"}""")]
    [InlineData("""{"content":"a","type":"SYSTEM"}""")]
    [InlineData("""{"content":"a","type":1}""")]
    [InlineData("""{"content":"a","type":"TEXT","clientMessageId":""}""")]
    [InlineData("""{"content":"a","type":"TEXT","clientMessageId":"a\u0000"}""")]
    [InlineData("""{"content":"a","type":"TEXT","seq":9}""")]
    [InlineData("""{"content":"a","content":"b","type":"TEXT"}""")]
    [InlineData("""{"content":"a","type":"TEXT" """)]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("")]
    [Proves(Requirement.Validation)]
    public async Task A_message_that_breaks_a_rule_is_refused_and_not_stored(string body)
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());

        using var response = await buyer.PostRawAsync(artist, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Empty((await buyer.HistoryAsync(artist)).Data);
        Assert.Empty((await artist.ConversationsAsync()).Data);
    }

    [Fact]
    public async Task A_message_has_at_most_4000_characters_and_its_client_id_64()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var longest = new string('ä', 4000);

        using var tooLong = await buyer.PostAsync(artist, new { content = longest + "ä", type = "TEXT" });
        using var tooLongId = await buyer.PostAsync(artist, new { content = "a", type = "PDF", clientMessageId = new string('i', 65) });
        var sent = await buyer.SendAsync(artist, longest, new string('i', 64));

        Assert.Equal("validation_failed", await Person.CodeAsync(tooLong));
        Assert.Equal("validation_failed", await Person.CodeAsync(tooLongId));
        Assert.Equal(1, sent.Seq);
        Assert.Equal(longest, Assert.Single((await artist.HistoryAsync(buyer)).Data).Content);
    }

    [Fact]
    public async Task An_empty_message_is_refused_in_the_words_that_clients_know()
    {
        using var response = await app.Buyer().PostAsync(app.Artist(), new { content = "", type = "TEXT" });

        Assert.Equal("Message content required", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("message").GetString());
    }

    [Fact]
    [Proves(Requirement.ChatRights)]
    public async Task Nobody_writes_to_somebody_who_does_not_exist()
    {
        var buyer = app.Buyer();
        var stranger = app.Service.Stranger();

        using var response = await buyer.PostAsync(stranger, new { content = "a", type = "TEXT" });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("Receiver invalid", (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("message").GetString());
        Assert.Empty((await stranger.HistoryAsync(buyer)).Data);
    }

    [Fact]
    [Proves(Requirement.ChatRights)]
    public async Task Operators_are_as_unknown_as_strangers()
    {
        var admin = app.Service.Someone("root", Roles.Admin);

        using var toAdmin = await app.Buyer().PostAsync(admin, new { content = "a", type = "TEXT" });
        using var fromAdmin = await admin.PostAsync(app.Buyer(), new { content = "a", type = "TEXT" });

        Assert.Equal(HttpStatusCode.NotFound, toAdmin.StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, fromAdmin.StatusCode);
    }

    [Fact]
    [Proves(Requirement.ChatRights)]
    public async Task Buyers_and_artists_write_to_one_another_and_to_nobody_else()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());

        using var toBuyer = await buyer.PostAsync(app.Buyer(), new { content = "a", type = "TEXT" });
        using var toArtist = await artist.PostAsync(app.Artist(), new { content = "a", type = "TEXT" });
        using var toSelf = await buyer.PostAsync(buyer, new { content = "a", type = "TEXT" });

        Assert.Equal((HttpStatusCode.Forbidden, "chat_not_allowed"), (toBuyer.StatusCode, await Person.CodeAsync(toBuyer)));
        Assert.Equal((HttpStatusCode.Forbidden, "chat_not_allowed"), (toArtist.StatusCode, await Person.CodeAsync(toArtist)));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_receiver"), (toSelf.StatusCode, await Person.CodeAsync(toSelf)));
        Assert.Equal(1, (await artist.SendAsync(buyer, "the first word may be the artist's")).Seq);
    }

    [Fact]
    public async Task A_malformed_id_is_a_bad_request()
    {
        using var response = await app.Buyer().Http.PostAsJsonAsync("/api/v1/message/send/42", new { content = "a", type = "TEXT" }, Ct);

        Assert.Equal((HttpStatusCode.BadRequest, "invalid_query"), (response.StatusCode, await Person.CodeAsync(response)));
    }

    [Fact]
    public async Task Without_a_token_nothing_is_sent_or_shown()
    {
        var artist = app.Artist();

        foreach (var path in new[] { $"get/{artist.Id}", "conversations" })
        {
            using var response = await app.Service.Anonymous.GetAsync($"/api/v1/message/{path}", Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }

        foreach (var path in new[] { $"send/{artist.Id}", $"read/{artist.Id}" })
        {
            using var response = await app.Service.Anonymous.PostAsJsonAsync($"/api/v1/message/{path}", new { content = "a", type = "TEXT" }, Ct);
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        }
    }

    [Fact]
    public async Task Fifty_messages_at_once_from_both_sides_are_numbered_without_gap_or_double()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());

        var sent = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => i % 2 == 0 ? buyer.SendAsync(artist, $"b{i}") : artist.SendAsync(buyer, $"a{i}")));

        Assert.Equal(Enumerable.Range(1, 50).Select(i => (long)i), sent.Select(message => message.Seq).Order());
        var seen = (await buyer.HistoryAsync(artist, "?limit=100")).Data;
        Assert.Equal(sent.OrderBy(message => message.Seq), seen);
        Assert.Equal(seen, (await artist.HistoryAsync(buyer, "?limit=100")).Data);
        Assert.Equal((25, 25), (await buyer.UnreadAsync(artist), await artist.UnreadAsync(buyer)));
    }

    [Fact]
    [Proves(Requirement.Idempotency)]
    public async Task A_message_resent_many_times_at_once_is_stored_once()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var request = new SendMessageRequest("only once", MessageTypes.Text, "m-1");

        var responses = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => buyer.PostAsync(artist, request)));

        Assert.Single(responses, response => response.StatusCode == HttpStatusCode.Created);
        Assert.Equal(19, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        var bodies = await Task.WhenAll(responses.Select(response => response.Content.ReadAsStringAsync(Ct)));
        Assert.Single(bodies.Distinct());
        Assert.Equal("only once", Assert.Single((await artist.HistoryAsync(buyer)).Data).Content);
        Assert.Equal(1, await artist.UnreadAsync(buyer));
    }

    [Fact]
    public async Task A_client_id_is_the_senders_own()
    {
        var (buyer, artist, other) = (app.Buyer(), app.Artist(), app.Artist());

        await buyer.SendAsync(artist, "question", "m-1");
        await artist.SendAsync(buyer, "answer", "m-1");
        await buyer.SendAsync(other, "to somebody else", "m-1");

        Assert.Equal(["question", "answer"], (await buyer.HistoryAsync(artist)).Data.Select(message => message.Content));
        Assert.Equal("to somebody else", Assert.Single((await other.HistoryAsync(buyer)).Data).Content);
    }
}
