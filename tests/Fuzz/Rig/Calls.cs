using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Visuels.ServiceDefaults.Json;
using Visuels.Testing;

namespace Visuels.Fuzz.Rig;

/// <summary>What a well-behaved client was answered.</summary>
internal sealed record Reply(int Status, JsonNode? Body)
{
    public bool IsSuccess => Status is >= 200 and < 300;

    public string? Code => Body?["code"]?.GetValue<string>();

    public override string ToString() => $"{Status} {Code}".TrimEnd();
}

/// <summary>Well-behaved clients of the services.</summary>
internal sealed class Calls(Market market) : IDisposable
{
    private static readonly byte[] Picture = Pictures.Jpeg(24, 16);

    private readonly Dictionary<string, HttpClient> _clients = Market.Names.ToDictionary(name => name, name => market.Client(name));

    public async Task<Reply> SendAsync(string service, HttpMethod method, string path, string? token, object? body = null, string? key = null)
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body as HttpContent ?? (body is null ? null : JsonContent.Create(body, options: JsonRules.Web));
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await _clients[service].SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return new Reply((int)response.StatusCode, text.StartsWith('{') || text.StartsWith('[') ? JsonNode.Parse(text) : null);
    }

    /// <summary>Lists an artwork and returns it.</summary>
    public async Task<JsonNode> ListAsync(Somebody artist, string title, string price = "120.50", int editions = 1)
    {
        using var form = ArtworkForm.Of(title, [Picture], price, editions);
        var reply = await SendAsync("product", HttpMethod.Post, "/api/v1/products", artist.Token, form);
        return reply.Body?["product"] ?? throw new InvalidOperationException($"Listing an artwork was answered {reply}.");
    }

    /// <summary>Adds a picture to an artwork and returns the ids of all its pictures.</summary>
    public async Task<IReadOnlyList<string>> AddImageAsync(Somebody artist, string product)
    {
        using var form = ArtworkForm.Images(Picture);
        var reply = await SendAsync("product", HttpMethod.Post, $"/api/v1/products/{product}/images", artist.Token, form);
        return [.. reply.Body!["product"]!["images"]!.AsArray().Select(image => image!["fileId"]!.GetValue<string>())];
    }

    public void Dispose()
    {
        foreach (var client in _clients.Values)
        {
            client.Dispose();
        }
    }
}
