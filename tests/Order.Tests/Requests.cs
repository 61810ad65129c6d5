using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using MongoDB.Bson;

namespace Visuels.Orders.Tests;

/// <summary>What the two sides do over HTTP, and what they expect.</summary>
internal static class Requests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> BuyAsync(this Person buyer, Artwork artwork, int quantity = 1, string? requirement = null) =>
        buyer.Http.PostAsJsonAsync("/api/v1/order/create", new { productId = artwork.Id.ToString(), quantity, requirement }, Ct);

    /// <summary>Orders an artwork and gives the order's id.</summary>
    public static async Task<string> OrderAsync(this Person buyer, Artwork artwork, int quantity = 1)
    {
        var body = await (await buyer.BuyAsync(artwork, quantity)).JsonAsync(HttpStatusCode.Created);
        return body["order"]!["_id"]!.GetValue<string>();
    }

    /// <summary>The order of one artwork under an Idempotency-Key.</summary>
    public static Task<HttpResponseMessage> BuyWithKeyAsync(this Person buyer, string key, Artwork artwork, int quantity = 1) =>
        buyer.CreateWithKeyAsync(key, $$"""{"productId":"{{artwork.Id}}","quantity":{{quantity}}}""");

    public static Task<HttpResponseMessage> CreateWithKeyAsync(this Person buyer, string key, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/order/create")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return buyer.Http.SendAsync(request, Ct);
    }

    public static Task<HttpResponseMessage> OrderCartAsync(this Person buyer) =>
        buyer.Http.PostAsJsonAsync("/api/v1/order/create", new { }, Ct);

    public static Task<HttpResponseMessage> PutInCartAsync(this Person buyer, Artwork artwork, int quantity = 1, string? requirement = null) =>
        buyer.Http.PutAsJsonAsync($"/api/v1/order/cart/items/{artwork.Id}", new { quantity, requirement }, Ct);

    public static async Task<JsonNode> CartAsync(this Person buyer) => (await (await buyer.GetAsync("cart")).JsonAsync(HttpStatusCode.OK))["cart"]!;

    /// <summary>GET of a path below the orders.</summary>
    public static Task<HttpResponseMessage> GetAsync(this Person person, string path) => person.Http.GetAsync($"/api/v1/order/{path}", Ct);

    public static async Task<JsonNode> ReadOrderAsync(this Person person, string id) =>
        (await (await person.GetAsync(id)).JsonAsync(HttpStatusCode.OK))["order"]!;

    public static Task<HttpResponseMessage> AnswerAsync(this Person artist, string id, string status, string? reason = null) =>
        artist.Http.PatchAsJsonAsync($"/api/v1/order/{id}", new { status, reason }, Ct);

    public static Task<HttpResponseMessage> CancelAsync(this Person person, string id) => person.Http.DeleteAsync($"/api/v1/order/{id}/cancel", Ct);

    public static async Task<JsonNode> JsonAsync(this HttpResponseMessage response, HttpStatusCode expected)
    {
        var text = await response.Content.ReadAsStringAsync(Ct);
        Assert.True(response.StatusCode == expected, $"{(int)response.StatusCode} instead of {(int)expected}: {text}");
        return JsonNode.Parse(text)!;
    }

    public static async Task<JsonNode> ProblemAsync(this HttpResponseMessage response, HttpStatusCode status, string code)
    {
        var problem = await response.JsonAsync(status);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        Assert.Equal(code, problem["code"]!.GetValue<string>());
        Assert.False(string.IsNullOrWhiteSpace(problem["message"]!.GetValue<string>()));
        return problem;
    }

    public static string Text(this JsonNode node, string name) => node[name]!.GetValue<string>();

    public static ObjectId Id(this JsonNode node, string name = "_id") => ObjectId.Parse(node.Text(name));
}
