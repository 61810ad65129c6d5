using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>An account and an access token of it.</summary>
public sealed record Someone(ObjectId Id, string Username, string Email, string Role, string Token);

/// <summary>The six services, and in them two buyers, two artists and an operator.</summary>
public class Market : SixServices
{
    public Someone Buyer { get; private set; } = null!;

    public Someone OtherBuyer { get; private set; } = null!;

    public Someone Artist { get; private set; } = null!;

    public Someone OtherArtist { get; private set; } = null!;

    public Someone Operator { get; private set; } = null!;

    public IReadOnlyList<Someone> Everybody => [Buyer, OtherBuyer, Artist, OtherArtist, Operator];

    /// <summary>Of each pair the one whom things belong to.</summary>
    public Someone Owner(string role) => role switch { Roles.User => Buyer, Roles.Artist => Artist, _ => Operator };

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        var accounts = new[] { ("buyer", Roles.User), ("other-buyer", Roles.User), ("artist", Roles.Artist), ("other-artist", Roles.Artist), ("operator", Roles.Admin) }
            .Select(person => new Account
            {
                Id = ObjectId.GenerateNewId(),
                Email = $"{person.Item1}@example.com",
                Username = person.Item1,
                UsernameKey = person.Item1,
                Name = person.Item1,
                Role = person.Item2,
                JoinDate = DateTimeOffset.UtcNow,
            })
            .ToList();
        await this["auth"].Services.GetRequiredService<AccountStore>().AddVerifiedAsync(accounts, announce: true, CancellationToken.None);
        var people = accounts.Select(account => new Someone(account.Id, account.Username, account.Email, account.Role, Keys.AccessToken(account.Id, account.Role))).ToList();
        (Buyer, OtherBuyer, Artist, OtherArtist, Operator) = (people[0], people[1], people[2], people[3], people[4]);
    }

    /// <summary>A fresh token of a role's owner, altered before it is signed.</summary>
    public string Forge(string role, Action<SecurityTokenDescriptor>? alter = null) => Keys.AccessToken(Owner(role).Id, role, alter: alter);

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
}
