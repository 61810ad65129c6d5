using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.JsonWebTokens;
using MongoDB.Bson;
using Visuels.Auth;
using Visuels.Auth.Accounts;
using Visuels.Auth.Operator;
using Visuels.Auth.Sessions;
using Visuels.Products;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>Auth changes its key under load, and is away for a while, as the other services see it.</summary>
[Proves(Requirement.KeyRotation)]
public sealed class RotationTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private ServiceUnderTest _auth = null!;
    private ServiceUnderTest _product = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _auth = await ServiceUnderTest.StartAsync(AuthService.Build, test => test.Clock = _clock);
        _product = await ServiceUnderTest.StartAsync(ProductService.Build, test =>
        {
            (test.Restarts, test.Clock) = (_auth, _clock);
            test.Settings["Services:auth"] = _auth.Address.ToString();
        });
    }

    public async ValueTask DisposeAsync()
    {
        await _product.StopAsync();
        await _auth.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_gets_a_401_while_the_key_changes_under_load()
    {
        var artist = await ArtistAsync();
        using var output = new StringWriter();
        Assert.Equal(0, await KeyCommands.RunAsync(["keys", "rotate", $"--Keys:Folder={_auth.Keys.Folder}"], _clock, output, output));

        var tokens = new Queue<string>();
        var keys = new HashSet<string>();
        var (answers, refused) = (0, 0);
        for (var minute = 0; minute < 60; minute++)
        {
            // Tokens of every age that is allowed, from the newest on.
            tokens.Enqueue(Token(artist));
            keys.Add(new JsonWebToken(tokens.Last()).Kid);
            if (tokens.Count > 10)
            {
                tokens.Dequeue();
            }

            var statuses = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => MineAsync(tokens.ElementAt(i % tokens.Count))));
            answers += statuses.Length;
            refused += statuses.Count(status => status != HttpStatusCode.OK);
            _clock.Advance(TimeSpan.FromMinutes(1));
        }

        Assert.Equal((2_400, 0, 2), (answers, refused, keys.Count));
    }

    [Fact]
    public async Task A_service_goes_on_for_as_long_as_tokens_live_while_auth_is_away()
    {
        var token = Token(await ArtistAsync());
        Assert.Equal(HttpStatusCode.OK, await MineAsync(token));
        await _auth.StopAsync();

        for (var minute = 0; minute < 10; minute++)
        {
            Assert.Equal(HttpStatusCode.OK, await MineAsync(token));
            _clock.Advance(TimeSpan.FromMinutes(1));
        }
    }

    private async Task<Account> ArtistAsync()
    {
        var account = Accounts.New("rota", Roles.Artist, _clock.GetUtcNow());
        await Accounts.AddAsync(_auth.Services, Ct, account);
        return account;
    }

    private string Token(Account account) => _auth.Services.GetRequiredService<TokenSigner>().Sign(account, ObjectId.GenerateNewId());

    private async Task<HttpStatusCode> MineAsync(string token)
    {
        using var client = _product.Client(token);
        using var answer = await client.GetAsync("/api/v1/products/me/products", Ct);
        return answer.StatusCode;
    }
}
