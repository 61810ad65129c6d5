using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>An account and an access token of it.</summary>
public sealed record Someone(ObjectId Id, string Username, string Email, string Role, string Token);

/// <summary>The six services, and in them two buyers, two artists, an operator, and one of each role who has been blocked.</summary>
public class Market : SixServices
{
    public Someone Buyer { get; private set; } = null!;

    public Someone OtherBuyer { get; private set; } = null!;

    public Someone Artist { get; private set; } = null!;

    public Someone OtherArtist { get; private set; } = null!;

    public Someone Operator { get; private set; } = null!;

    public IReadOnlyList<Someone> Everybody => [Buyer, OtherBuyer, Artist, OtherArtist, Operator];

    /// <summary>By role.</summary>
    public IReadOnlyDictionary<string, Someone> Blocked { get; private set; } = null!;

    /// <summary>Of each pair the one whom things belong to.</summary>
    public Someone Owner(string role) => role switch { Roles.User => Buyer, Roles.Artist => Artist, _ => Operator };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        (string Name, string Role)[] names =
        [
            ("buyer", Roles.User), ("other-buyer", Roles.User), ("artist", Roles.Artist), ("other-artist", Roles.Artist), ("operator", Roles.Admin),
            ("blocked-buyer", Roles.User), ("blocked-artist", Roles.Artist), ("blocked-operator", Roles.Admin),
        ];
        var accounts = names.Select(person => Accounts.New(person.Name, person.Role)).ToList();
        await Accounts.AddAsync(this["auth"].Services, CancellationToken.None, accounts);
        var people = accounts.Select(account => new Someone(account.Id, account.Username, account.Email, account.Role, Keys.AccessToken(account.Id, account.Role))).ToList();
        (Buyer, OtherBuyer, Artist, OtherArtist, Operator) = (people[0], people[1], people[2], people[3], people[4]);
        Blocked = people[5..].ToDictionary(person => person.Role);
        await BlockAsync();
    }

    /// <summary>A fresh token of a role's owner and of their session, altered before it is signed.</summary>
    public string Forge(string role, Action<SecurityTokenDescriptor>? alter = null, DateTimeOffset? issued = null) => Keys.AccessToken(Owner(role).Id, role, issued, token =>
    {
        // Another session may have been ended by a route that was tried.
        token.Claims[TokenRules.Session] = new JsonWebToken(Owner(role).Token).GetClaim(TokenRules.Session).Value;
        alter?.Invoke(token);
    });

    /// <summary>Sends a request straight to a service.</summary>
    public async Task<HttpResponseMessage> SendAsync(string service, HttpMethod method, string path, string? token, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, new Uri(AddressOf(service).GetLeftPart(UriPartial.Authority) + path)) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return await Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    /// <summary>One more session of somebody's.</summary>
    public async Task<string> StartSessionAsync(Someone person)
    {
        var auth = this["auth"].Services;
        var account = await auth.GetRequiredService<AccountStore>().FindAsync(person.Id, default);
        var (session, _) = await auth.GetRequiredService<SessionStore>().StartAsync(account!, "A browser", default);
        return session.Id.ToString();
    }

    /// <summary>An artwork of an artist's.</summary>
    public async Task<(string Id, string FileId)> ListArtworkAsync(Someone artist)
    {
        var created = await SendAsync("product", HttpMethod.Post, "/api/v1/products", artist.Token, RouteExamples.Artwork()).ExpectAsync(HttpStatusCode.Created, default);
        var product = created.GetProperty("product");
        return (product.Text("_id"), product.GetProperty("images")[0].Text("fileId"));
    }

    /// <summary>An order of the buyer's at the artist's.</summary>
    public async Task<string> PlaceOrderAsync()
    {
        var (product, _) = await ListArtworkAsync(Artist);
        var placed = await SendAsync("order", HttpMethod.Post, "/api/v1/order/create", Buyer.Token, JsonContent.Create(new { productId = product }))
            .ExpectAsync(HttpStatusCode.Created, default);
        return placed.GetProperty("order").Text("_id");
    }

    /// <summary>As the operator's command does; every service hears of it.</summary>
    private async Task BlockAsync()
    {
        foreach (var person in Blocked.Values)
        {
            await this["auth"].Services.GetRequiredService<AccountStore>().SetBlockedAsync(person.Id, true, CancellationToken.None);
            foreach (var line in RouteTable.Lines.Where(line => line is { Service: not "gateway", Method: "GET", IsForAnyone: false } && line.LetsIn(person.Role)).DistinctBy(line => line.Service))
            {
                await Eventually.Until(
                    async () =>
                    {
                        using var answer = await SendAsync(line.Service, HttpMethod.Get, RouteExamples.OfNothing(line).Path, person.Token);
                        return answer.StatusCode == HttpStatusCode.Unauthorized;
                    },
                    $"{line.Service} has heard that {person.Username} is blocked");
            }
        }
    }
}
