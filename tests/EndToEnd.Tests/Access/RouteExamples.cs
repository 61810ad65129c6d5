using System.Net.Http.Json;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>One request that fits a route.</summary>
public sealed record RouteExample(HttpMethod Method, string Path, Func<HttpContent?> Body);

/// <summary>
/// Requests for the routes of <c>routes.md</c>. A route whose callers are all <c>own</c> needs an example here, with something that belongs
/// to the caller; others do without: ids of nothing and no body are enough to be told who may call.
/// </summary>
internal static partial class RouteExamples
{
    private static readonly byte[] Picture = Pictures.Jpeg(40, 30);

    public static async Task<RouteExample> ForAsync(RouteLine line, string role, Market market)
    {
        var owner = market.Owner(role);
        switch (line.Key)
        {
            case "product PATCH /api/v1/products/{id}":
                return Json(line, new { title = "Harbour by night" }, (await market.ListArtworkAsync(owner)).Id);
            case "product DELETE /api/v1/products/{id}":
                return Plain(line, (await market.ListArtworkAsync(owner)).Id);
            case "product POST /api/v1/products/{id}/images":
                var listed = await market.ListArtworkAsync(owner);
                return new RouteExample(HttpMethod.Post, Fill(line.Path, listed.Id), () => ArtworkForm.Images(Picture));
            case "product DELETE /api/v1/products/{id}/images/{fileId}":
                var shown = await market.ListArtworkAsync(owner);
                return Plain(line, shown.Id, shown.FileId);
            case "order GET /api/v1/order/{id}" or "order DELETE /api/v1/order/{id}/cancel":
                return Plain(line, await market.PlaceOrderAsync());
            case "order PATCH /api/v1/order/{id}":
                return Json(line, new { status = "VIEWED" }, await market.PlaceOrderAsync());
            case "auth DELETE /api/v1/auth/sessions/{id}":
                return Plain(line, await market.StartSessionAsync(owner));
            default:
                Assert.False(line.IsOwnOnly(role), $"'{line.Key}' is for owners: add a request for something of their own to {nameof(RouteExamples)}.");
                return Plain(line);
        }
    }

    /// <summary>A request with ids of nothing and without a body.</summary>
    public static RouteExample OfNothing(RouteLine line) => Plain(line);

    /// <summary>A form that lists an artwork.</summary>
    public static MultipartFormDataContent Artwork() => ArtworkForm.Of("Harbour", [Picture]);

    private static RouteExample Plain(RouteLine line, params string[] ids) => new(MethodOf(line), Fill(line.Path, ids), () => null);

    private static RouteExample Json(RouteLine line, object body, params string[] ids) =>
        new(MethodOf(line), Fill(line.Path, ids), () => JsonContent.Create(body));

    private static HttpMethod MethodOf(RouteLine line) => line.Method == "any" ? HttpMethod.Get : new HttpMethod(line.Method);

    private static string Fill(string path, params string[] ids)
    {
        var next = 0;
        return Placeholder().Replace(path, _ => next < ids.Length ? ids[next++] : ObjectId.GenerateNewId().ToString());
    }

    [GeneratedRegex(@"\{[^}]*\}")]
    private static partial Regex Placeholder();
}
