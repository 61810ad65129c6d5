using System.Net.Http.Json;
using System.Text.Json;
using MongoDB.Bson;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Json;

namespace Visuels.Chat.Tests;

/// <summary>A signed-in member and what they do over HTTP.</summary>
internal sealed record Person(ObjectId Id, string Name, string Username, string Token, HttpClient Http)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public Task<HttpResponseMessage> PostAsync(Person to, object body) => Http.PostAsJsonAsync($"/api/v1/message/send/{to.Id}", body, Ct);

    /// <summary>Sends raw JSON, for what no serializer would write.</summary>
    public Task<HttpResponseMessage> PostRawAsync(Person to, string json) =>
        Http.PostAsync($"/api/v1/message/send/{to.Id}", new StringContent(json, System.Text.Encoding.UTF8, "application/json"), Ct);

    public async Task<MessageResponse> SendAsync(Person to, string content, string? clientMessageId = null)
    {
        using var response = await PostAsync(to, new SendMessageRequest(content, MessageTypes.Text, clientMessageId));
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<SendMessageResponse>(JsonRules.Web, Ct))!.Message;
    }

    public async Task<HistoryResponse> HistoryAsync(Person with, string query = "") =>
        (await Http.GetFromJsonAsync<HistoryResponse>($"/api/v1/message/get/{with.Id}{query}", JsonRules.Web, Ct))!;

    public async Task<ConversationsResponse> ConversationsAsync(string query = "") =>
        (await Http.GetFromJsonAsync<ConversationsResponse>($"/api/v1/message/conversations{query}", JsonRules.Web, Ct))!;

    public Task<HttpResponseMessage> ReadAsync(Person with, object seq) => Http.PostAsJsonAsync($"/api/v1/message/read/{with.Id}", new { seq }, Ct);

    public async Task<long> UnreadAsync(Person with) => (await ConversationsAsync()).Data.Single(chat => chat.With.Id == with.Id).Unread;

    public static async Task<string> CodeAsync(HttpResponseMessage response) =>
        (await response.Content.ReadFromJsonAsync<JsonElement>(Ct)).GetProperty("code").GetString()!;
}
