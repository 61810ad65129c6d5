using System.Collections.Concurrent;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Testing;

/// <summary>What a service sees of Auth over HTTP: the signing keys and the user cards, on a loopback port.</summary>
public sealed class FakeAuth : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _cardCalls;
    private int _keyCalls;
    private int _revocationCalls;

    private FakeAuth(WebApplication app) => _app = app;

    /// <summary>Accounts that the cards endpoint knows.</summary>
    public ConcurrentDictionary<ObjectId, UserCardItem> Users { get; } = new();

    /// <summary>Calls for cards so far.</summary>
    public int CardCalls => _cardCalls;

    /// <summary>Whether the cards endpoint answers 503 instead.</summary>
    public bool CardsDown { get; set; }

    /// <summary>Answers a call for cards instead, when set.</summary>
    public Func<HttpContext, Task>? InsteadOfCards { get; set; }

    /// <summary>Answers a call for the signing keys instead, when set.</summary>
    public Func<HttpContext, Task>? InsteadOfKeys { get; set; }

    /// <summary>Calls for the signing keys so far.</summary>
    public int KeyCalls => _keyCalls;

    /// <summary>Accounts whose tokens are revoked, for those who ask.</summary>
    public ConcurrentQueue<SessionsRevoked> Revoked { get; } = new();

    /// <summary>Sessions that have ended, for those who ask.</summary>
    public ConcurrentQueue<SessionEnded> Ended { get; } = new();

    /// <summary>Calls for revocations so far.</summary>
    public int RevocationCalls => _revocationCalls;

    /// <summary>Answers a call for revocations instead, when set.</summary>
    public Func<HttpContext, Task>? InsteadOfRevocations { get; set; }

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeAuth> StartAsync(TestKeys keys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var fake = new FakeAuth(app);

        var jwk = keys.PublicJwk;
        var jwks = JsonSerializer.Serialize(new
        {
            keys = new[] { new { kty = "EC", crv = "P-256", x = jwk.X, y = jwk.Y, kid = keys.KeyId, use = "sig", alg = SecurityAlgorithms.EcdsaSha256 } },
        });
        app.MapGet("/.well-known/jwks.json", context =>
        {
            // Looked up before the call counts: who waits for it may take its answer back.
            var answer = fake.InsteadOfKeys;
            Interlocked.Increment(ref fake._keyCalls);
            return answer is { } instead ? instead(context) : Results.Text(jwks, "application/json").ExecuteAsync(context);
        });
        app.MapPost("/api/v1/auth/internal/cards", (Delegate)fake.CardsAsync);
        app.MapPost("/api/v1/auth/internal/revocations", (Delegate)fake.RevocationsAsync);
        await app.StartAsync();
        return fake;
    }

    /// <summary>Makes an account known to the cards endpoint.</summary>
    public UserCardItem Add(string name, string role)
    {
        var id = ObjectId.GenerateNewId();
        var username = $"{name}-{id}".ToLowerInvariant();
        return Users[id] = new UserCardItem(id, 1, username, name, $"{username}@example.com", role);
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> CardsAsync(HttpContext context)
    {
        var answer = InsteadOfCards;
        Interlocked.Increment(ref _cardCalls);
        if (answer is { } instead)
        {
            await instead(context);
            return Results.Empty;
        }

        if (CardsDown)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }

        if (!context.Request.Headers.Authorization.ToString().StartsWith("Bearer ", StringComparison.Ordinal))
        {
            return Results.StatusCode(StatusCodes.Status401Unauthorized);
        }

        var request = await context.Request.ReadFromJsonAsync<UserCardsRequest>(JsonRules.Web, context.RequestAborted);
        var cards = request!.Ids.Select(id => Users.GetValueOrDefault(id)).OfType<UserCardItem>().ToList();
        return Results.Json(new UserCardsResponse(cards), JsonRules.Web);
    }

    private async Task<IResult> RevocationsAsync(HttpContext context)
    {
        var answer = InsteadOfRevocations;
        Interlocked.Increment(ref _revocationCalls);
        if (answer is { } instead)
        {
            await instead(context);
            return Results.Empty;
        }

        return Results.Json(new RevocationsResponse([.. Revoked], [.. Ended], DateTimeOffset.UtcNow, More: false), JsonRules.Web);
    }
}
