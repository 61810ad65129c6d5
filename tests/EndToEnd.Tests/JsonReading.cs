using System.Net;
using System.Text.Json;

namespace Visuels.EndToEnd.Tests;

internal static class JsonReading
{
    public static string Text(this JsonElement element, string name) => element.GetProperty(name).GetString()!;

    /// <summary>The body of an answer that must have a certain status.</summary>
    public static async Task<JsonElement> ExpectAsync(this Task<HttpResponseMessage> answer, HttpStatusCode status, CancellationToken ct)
    {
        using var response = await answer;
        var body = await response.Content.ReadAsStringAsync(ct);
        Assert.True(response.StatusCode == status, $"{response.RequestMessage!.Method} {response.RequestMessage.RequestUri}: {(int)response.StatusCode} instead of {(int)status}: {body}");
        if (body.Length == 0)
        {
            return default;
        }

        using var document = JsonDocument.Parse(body);
        return document.RootElement.Clone();
    }
}
