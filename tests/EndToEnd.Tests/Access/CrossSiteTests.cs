using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>A foreign page in the browser of somebody signed in, at every route that writes.</summary>
[Collection<SharedMarket>]
[Proves(Requirement.CrossSite)]
public sealed class CrossSiteTests(Market market)
{
    public static TheoryData<string> Entrances => ["own port", "gateway"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Entrances))]
    public async Task A_foreign_page_cannot_write_with_a_users_cookie(string entrance)
    {
        var wrong = new List<string>();
        foreach (var line in RouteTable.Lines.Where(line => line is { IsPublic: true, Method: "POST" or "PUT" or "PATCH" or "DELETE" }))
        {
            var at = entrance == "gateway" ? entrance : line.Service;
            foreach (var (origin, fetchSite) in new (string?, string?)[]
            {
                ("https://evil.example", "cross-site"), ("https://evil.example", "same-origin"), ("null", null), ("http://localhost:3000.evil.example", null), (null, "cross-site"), (null, "same-site"),
            })
            {
                foreach (var body in new HttpContent?[] { null, JsonContent.Create(new { }), new StringContent("{}"), new FormUrlEncodedContent([]), RouteExamples.Artwork() })
                {
                    using var answer = await SendAsync(at, line, origin, fetchSite, body);
                    if (answer.StatusCode != HttpStatusCode.Forbidden || !(await answer.Content.ReadAsStringAsync(Ct)).Contains("\"code\":\"csrf\"", StringComparison.Ordinal))
                    {
                        wrong.Add($"{line.Key} from {origin ?? fetchSite} with {body?.Headers.ContentType}: {answer.StatusCode}");
                    }
                }
            }
        }

        Assert.True(wrong.Count == 0, string.Join('\n', wrong));
    }

    [Theory]
    [MemberData(nameof(Entrances))]
    public async Task Our_own_pages_can(string entrance)
    {
        foreach (var line in RouteTable.Lines.Where(line => line is { IsPublic: true, Method: "POST" or "PUT" or "PATCH" or "DELETE" } && line.Path != "/api/v1/auth/signout"))
        {
            var at = entrance == "gateway" ? entrance : line.Service;
            foreach (var (origin, fetchSite) in new (string?, string?)[] { ("http://localhost:3000", "same-site"), (null, "same-origin"), (null, null) })
            {
                using var answer = await SendAsync(at, line, origin, fetchSite, new StringContent("{}"));
                Assert.DoesNotContain("\"code\":\"csrf\"", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Entrances))]
    [Proves("T11")]
    public async Task A_foreign_form_lists_no_artwork_and_leaves_no_picture(string entrance)
    {
        var line = RouteTable.Lines.Single(line => line.Key == "product POST /api/v1/products");
        var before = await StoredAsync();

        using var answer = await SendAsync(entrance == "gateway" ? entrance : line.Service, line, "https://evil.example", "cross-site", RouteExamples.Artwork());

        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.Empty((await StoredAsync()).Except(before));

        // The same form from our own page does both.
        using var ours = await SendAsync(entrance == "gateway" ? entrance : line.Service, line, "http://localhost:3000", "same-site", RouteExamples.Artwork());
        Assert.Equal(HttpStatusCode.Created, ours.StatusCode);
        Assert.Equal(2, (await StoredAsync()).Except(before).Count());
    }

    /// <summary>Every artwork's id and every picture's file. Those that other tests have left may go meanwhile.</summary>
    private async Task<IReadOnlyCollection<string>> StoredAsync()
    {
        var product = market["product"];
        var artworks = await product.Services.GetRequiredService<IMongoDatabase>().GetCollection<BsonDocument>("products").Find(new BsonDocument()).ToListAsync(Ct);
        return [.. artworks.Select(artwork => $"{artwork["_id"]}"), .. Directory.GetFiles(product.Configuration["Images:Folder"]!, "*", SearchOption.AllDirectories)];
    }

    private async Task<HttpResponseMessage> SendAsync(string entrance, RouteLine line, string? origin, string? fetchSite, HttpContent? body)
    {
        var example = RouteExamples.OfNothing(line);
        using var request = new HttpRequestMessage(example.Method, market.AddressOf(entrance).GetLeftPart(UriPartial.Authority) + example.Path) { Content = body };
        request.Headers.Add("Cookie", $"token={market.Owner(line.LetsIn(Roles.User) ? Roles.User : Roles.Artist).Token}");
        if (origin is not null)
        {
            request.Headers.TryAddWithoutValidation("Origin", origin);
        }

        if (fetchSite is not null)
        {
            request.Headers.Add("Sec-Fetch-Site", fetchSite);
        }

        return await market.Http.SendAsync(request, Ct);
    }
}
