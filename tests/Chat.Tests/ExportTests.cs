using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Chat.Conversations;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.AccountLife)]
public sealed class ExportTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_conversation_of_many_batches_is_whole_in_clear_and_in_order()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist("Ada"));
        var first = await buyer.SendAsync(artist, "message 1");
        await app.Service.Database.GetCollection<Message>("messages").InsertManyAsync(
            Enumerable.Range(2, 1_299).Select(seq => Stored(first.ChatId, seq, seq % 2 == 0 ? artist : buyer)), cancellationToken: Ct);

        using var response = await ExportAsync(buyer);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var chat = Assert.Single((await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("conversations").EnumerateArray());
        Assert.Equal("Ada", chat.GetProperty("with").GetProperty("name").GetString());
        Assert.Equal(
            Enumerable.Range(1, 1_300).Select(seq => $"message {seq}"),
            chat.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("content").GetString()!));
    }

    private Message Stored(ObjectId chatId, int seq, Person sender)
    {
        var message = new Message { Id = ObjectId.GenerateNewId(), ChatId = chatId, Seq = seq, SenderId = sender.Id, Type = MessageTypes.Text, CreatedAt = DateTimeOffset.UtcNow };
        message.Content = app.Service.Services.GetRequiredService<MessageSeal>().Seal(message, $"message {seq}");
        return message;
    }

    private async Task<HttpResponseMessage> ExportAsync(Person person)
    {
        var call = new Uri(app.Service.Address, "/api/v1/message/internal/export");
        using var request = new HttpRequestMessage(HttpMethod.Get, call) { Headers = { { "X-User-Token", person.Token } } };
        request.Headers.Authorization = new("Bearer", app.Service.Keys.ServiceToken("auth", "chat", HttpMethod.Get, call));
        return await app.Service.Anonymous.SendAsync(request, Ct);
    }
}
