using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Limits;
using Visuels.Testing;

namespace Visuels.Chat.Tests;

public sealed class ServiceTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void Every_endpoint_requires_or_waives_authorization() => Assert.Empty(AuthorizationWalk.Undecided(app.Service.App));

    [Fact]
    public async Task The_OpenAPI_document_lists_the_routes()
    {
        var document = await app.Service.Anonymous.GetFromJsonAsync<JsonElement>("/swagger/v1/swagger.json", Ct);

        var paths = document.GetProperty("paths").EnumerateObject().Select(path => path.Name);
        Assert.Equal(
            [
                "/api/v1/message/blocks", "/api/v1/message/blocks/{userId}", "/api/v1/message/conversations", "/api/v1/message/get/{userId}",
                "/api/v1/message/read/{userId}", "/api/v1/message/reports", "/api/v1/message/send/{userId}", "/internal/reports", "/internal/reports/{id}",
            ],
            paths.Order());
        Assert.Equal("Visuels Chat", document.GetProperty("info").GetProperty("title").GetString());
    }

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task It_tells_of_its_health(string path)
    {
        using var response = await app.Service.Anonymous.GetAsync(path, Ct);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public void Sending_and_marking_are_limited()
    {
        var limits = app.Service.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .ToLookup(endpoint => endpoint.RoutePattern.RawText, endpoint => endpoint.Metadata.GetMetadata<EnableRateLimitingAttribute>()?.PolicyName);

        Assert.Equal([RateLimits.Message], limits["/api/v1/message/send/{userId}"]);
        Assert.Equal([RateLimits.Write], limits["/api/v1/message/read/{userId}"]);
    }

    [Fact]
    public async Task A_demo_can_write_a_conversation_of_the_past()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var log = app.Service.Services.GetRequiredService<MessageLog>();
        var at = new DateTimeOffset(2026, 1, 1, 9, 0, 0, TimeSpan.Zero);

        await log.AppendAsync(Pair.Of(buyer.Id, artist.Id), new Draft(buyer.Id, "Is it framed?", MessageTypes.Text, "demo-1", at), Ct);
        await log.AppendAsync(Pair.Of(buyer.Id, artist.Id), new Draft(artist.Id, "It is.", MessageTypes.Text, "demo-2", at.AddHours(1)), Ct);

        Assert.Equal(["Is it framed?", "It is."], (await buyer.HistoryAsync(artist)).Data.Select(message => message.Content));
        Assert.Equal(at.AddHours(1), Assert.Single((await artist.ConversationsAsync()).Data).LastMessageAt);
    }
}
