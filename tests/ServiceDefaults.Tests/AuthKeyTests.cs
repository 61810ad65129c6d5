using System.Net;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>How a service knows by which keys to check access tokens.</summary>
[Proves(Requirement.KeyRotation)]
public sealed class AuthKeyTests : IAsyncLifetime
{
    private readonly ObjectId _user = ObjectId.GenerateNewId();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private ServiceUnderTest _service = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _service = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Clock = _clock);

    public ValueTask DisposeAsync() => _service.DisposeAsync();

    [Fact]
    public async Task The_keys_are_there_before_the_first_request()
    {
        Assert.Equal(1, _service.Auth.KeyCalls);
        _service.Auth.InsteadOfKeys = Down;

        Assert.Equal(HttpStatusCode.OK, await Me(Token()));
    }

    [Fact]
    public async Task While_auth_is_away_its_last_keys_stay_in_use()
    {
        _service.Auth.InsteadOfKeys = Down;
        for (var minute = 0; minute < 30; minute++)
        {
            _clock.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(HttpStatusCode.OK, await Me(Token()));
        }
    }

    [Fact]
    public async Task A_service_that_started_while_auth_was_away_reads_the_keys_by_itself_once_auth_is_back()
    {
        _service.Auth.InsteadOfKeys = Down;
        var late = await ServiceUnderTest.StartAsync(SampleService.Build, test => (test.Restarts, test.Clock) = (_service, _clock));
        try
        {
            var asked = _service.Auth.KeyCalls;
            _service.Auth.InsteadOfKeys = null;
            await Eventually.Until(
                () =>
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    return Task.FromResult(_service.Auth.KeyCalls > asked);
                },
                "the keys are asked for again");

            _service.Auth.InsteadOfKeys = Down;
            using var client = late.Client(Token());
            await Eventually.Until(async () => (await client.GetAsync("/me", Ct)).StatusCode == HttpStatusCode.OK, "the keys are known");
        }
        finally
        {
            await late.StopAsync();
        }
    }

    [Fact]
    public async Task A_thousand_unknown_keys_ask_auth_twice_at_most_and_known_ones_go_on()
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        var asked = _service.Auth.KeyCalls;
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);

        var answers = await Task.WhenAll(Enumerable.Range(0, 1_000).Select(i => Me(i % 10 == 0 ? Token() : Token(foreign, $"unknown-{i}"))));

        Assert.Equal(100, answers.Count(status => status == HttpStatusCode.OK));
        Assert.Equal(900, answers.Count(status => status == HttpStatusCode.Unauthorized));
        Assert.InRange(_service.Auth.KeyCalls - asked, 1, 2);
    }

    [Fact]
    public async Task Who_has_a_known_key_does_not_wait_for_auth_when_others_have_an_unknown_one()
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var asking = new TaskCompletionSource();
        var leave = new TaskCompletionSource();
        _service.Auth.InsteadOfKeys = async context =>
        {
            asking.TrySetResult();
            await leave.Task.WaitAsync(context.RequestAborted);
        };
        var unknown = Me(Token(foreign, "unknown"));
        await asking.Task.WaitAsync(Ct);

        Assert.Equal(HttpStatusCode.OK, await Me(Token()));

        Assert.False(unknown.IsCompleted);
        leave.SetResult();
        Assert.Equal(HttpStatusCode.Unauthorized, await unknown);
    }

    [Fact]
    public async Task A_key_that_was_never_announced_is_accepted_with_the_first_token_and_one_that_is_gone_is_not()
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _service.Auth.InsteadOfKeys = context => Results.Text(Document(next, "next"), "application/json").ExecuteAsync(context);

        Assert.Equal(HttpStatusCode.OK, await Me(Token(next, "next")));
        Assert.Equal(HttpStatusCode.Unauthorized, await Me(Token()));
    }

    [Fact]
    public async Task A_key_that_auth_has_withdrawn_is_refused_also_when_no_other_was_ever_used()
    {
        Assert.Equal(HttpStatusCode.OK, await Me(Token()));
        using var next = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        _service.Auth.InsteadOfKeys = context => Results.Text(Document(next, "next"), "application/json").ExecuteAsync(context);

        await Eventually.Until(
            async () =>
            {
                _clock.Advance(TimeSpan.FromSeconds(10));
                return await Me(Token()) == HttpStatusCode.Unauthorized;
            },
            "the withdrawn key is refused");
    }

    [Fact]
    public async Task An_answer_that_is_no_key_set_changes_nothing()
    {
        _clock.Advance(TimeSpan.FromMinutes(1));
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        foreach (var garbage in new[] { "", "<html>", "[]", "{}", """{"keys":[""", """{"keys":[]}""", new string(' ', 100_000) })
        {
            _service.Auth.InsteadOfKeys = context => Results.Text(garbage, "application/json").ExecuteAsync(context);
            _clock.Advance(TimeSpan.FromSeconds(31));

            Assert.Equal(HttpStatusCode.Unauthorized, await Me(Token(foreign, "unknown")));
            Assert.Equal(HttpStatusCode.OK, await Me(Token()));
        }
    }

    private async Task<HttpStatusCode> Me(string token)
    {
        using var client = _service.Client(token);
        using var answer = await client.GetAsync("/me", Ct);
        return answer.StatusCode;
    }

    private string Token() => _service.Keys.AccessToken(_user, Roles.User, _clock.GetUtcNow());

    private string Token(ECDsa key, string keyId) => _service.Keys.AccessToken(_user, Roles.User, _clock.GetUtcNow(), token =>
        token.SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256));

    private static string Document(ECDsa key, string keyId)
    {
        using var publicHalf = ECDsa.Create(key.ExportParameters(includePrivateParameters: false));
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicHalf));
        return JsonSerializer.Serialize(new { keys = new[] { new { kty = "EC", crv = "P-256", x = jwk.X, y = jwk.Y, kid = keyId, use = "sig", alg = "ES256" } } });
    }

    private static Task Down(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        return Task.CompletedTask;
    }
}
