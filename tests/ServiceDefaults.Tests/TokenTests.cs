using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

[Proves(Requirement.AccessTokens)]
public class TokenTests(SampleApp app) : IClassFixture<SampleApp>
{
    private readonly ObjectId _user = ObjectId.GenerateNewId();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_token_of_auth_says_who_calls()
    {
        var me = await app.Service.As(_user, Roles.Artist).GetFromJsonAsync<JsonElement>("/me", Ct);

        Assert.Equal(_user.ToString(), me.GetProperty("_id").GetString());
        Assert.Equal("ARTIST", me.GetProperty("role").GetString());
    }

    [Fact]
    public async Task The_cookie_is_as_good_as_the_header()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
        request.Headers.Add("Cookie", $"token={app.Service.Keys.AccessToken(_user, Roles.User)}");

        Assert.Equal(HttpStatusCode.OK, (await app.Service.Anonymous.SendAsync(request, Ct)).StatusCode);
    }

    [Fact]
    public async Task A_wrong_role_is_403() =>
        Assert.Equal(HttpStatusCode.Forbidden, (await app.Service.As(_user, Roles.User).GetAsync("/artists-only", Ct)).StatusCode);

    [Fact]
    public async Task A_bad_cookie_does_not_keep_anyone_from_what_is_open()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open");
        request.Headers.Add("Cookie", "token=nonsense");

        Assert.Equal(HttpStatusCode.OK, (await app.Service.Anonymous.SendAsync(request, Ct)).StatusCode);
    }

    public static TheoryData<string> Forgeries =>
        ["expired", "not yet valid", "other audience", "other issuer", "other type", "foreign key with our key id", "unsigned", "HMAC with the public key", "no expiry", "not a token"];

    [Theory]
    [MemberData(nameof(Forgeries))]
    public async Task A_forged_token_is_401(string forgery)
    {
        var response = await app.Service.Client(Forge(forgery)).GetAsync("/me", Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task A_flipped_bit_makes_a_token_worthless_wherever_it_is()
    {
        var parts = app.Service.Keys.AccessToken(_user, Roles.User).Split('.').Select(Base64UrlEncoder.DecodeBytes).ToArray();
        var length = parts.Sum(part => part.Length);
        using var client = app.Service.Client(null);
        for (var i = 0; i < 200; i++)
        {
            var (part, position) = (0, i * length / 200);
            while (position >= parts[part].Length)
            {
                position -= parts[part++].Length;
            }

            var flipped = parts.Select(bytes => bytes.ToArray()).ToArray();
            flipped[part][position] ^= (byte)(1 << (i % 8));
            using var request = new HttpRequestMessage(HttpMethod.Get, "/me");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + string.Join('.', flipped.Select(Base64UrlEncoder.Encode)));
            using var answer = await client.SendAsync(request, Ct);

            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"bit {i % 8} of byte {position} of part {part}: {answer.StatusCode}");
        }
    }

    [Theory]
    [InlineData("jwk")]
    [InlineData("jku")]
    [InlineData("x5u")]
    [InlineData("x5c")]
    public async Task A_key_that_a_token_brings_along_or_points_to_is_not_looked_at(string header)
    {
        var keys = new TestKeys();
        await using var publisher = await FakeAuth.StartAsync(keys);
        var foreign = keys.AuthKey;
        foreach (var keyId in new[] { app.Service.Keys.KeyId, keys.KeyId })
        {
            var token = app.Service.Keys.AccessToken(_user, Roles.User, alter: token =>
            {
                var jwk = keys.PublicJwk;
                token.AdditionalHeaderClaims = new Dictionary<string, object>
                {
                    [header] = header switch
                    {
                        "jwk" => new Dictionary<string, object> { ["kty"] = "EC", ["crv"] = "P-256", ["x"] = jwk.X, ["y"] = jwk.Y, ["kid"] = keyId },
                        "x5c" => new[] { Convert.ToBase64String(foreign.ExportSubjectPublicKeyInfo()) },
                        _ => new Uri(publisher.Address, ".well-known/jwks.json").ToString(),
                    },
                };
                token.SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(foreign) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256);
            });

            Assert.Equal(HttpStatusCode.Unauthorized, (await app.Service.Client(token).GetAsync("/me", Ct)).StatusCode);
        }

        Assert.Equal(0, publisher.KeyCalls);
    }

    [Fact]
    public async Task Without_auths_keys_a_token_gets_503_and_what_is_open_stays_open()
    {
        await using var alone = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Settings["Services:auth"] = "http://127.0.0.1:1");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await alone.As(_user, Roles.User).GetAsync("/me", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await alone.As(_user, Roles.User).GetAsync("/open", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await alone.Anonymous.GetAsync("/me", Ct)).StatusCode);
    }

    private string Forge(string forgery)
    {
        var keys = app.Service.Keys;
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return forgery switch
        {
            "expired" => keys.AccessToken(_user, Roles.User, DateTimeOffset.UtcNow.AddMinutes(-11)),
            "not yet valid" => keys.AccessToken(_user, Roles.User, DateTimeOffset.UtcNow.AddMinutes(5)),
            "other audience" => keys.AccessToken(_user, Roles.User, alter: token => token.Claims["aud"] = "auth"),
            "other issuer" => keys.AccessToken(_user, Roles.User, alter: token => token.Issuer = "somebody"),
            "other type" => keys.AccessToken(_user, Roles.User, alter: token => token.TokenType = "JWT"),
            "foreign key with our key id" => keys.AccessToken(_user, Roles.User, alter: token => token.SigningCredentials =
                new SigningCredentials(new ECDsaSecurityKey(foreign) { KeyId = keys.KeyId }, SecurityAlgorithms.EcdsaSha256)),
            "unsigned" => keys.AccessToken(_user, Roles.User, alter: token => token.SigningCredentials = null),
            "HMAC with the public key" => keys.AccessToken(_user, Roles.User, alter: token => token.SigningCredentials = new SigningCredentials(
                new SymmetricSecurityKey(Encoding.UTF8.GetBytes(keys.AuthKey.ExportSubjectPublicKeyInfoPem())) { KeyId = keys.KeyId }, SecurityAlgorithms.HmacSha256)),
            "no expiry" => keys.AccessToken(_user, Roles.User, alter: token => token.Expires = null),
            _ => "a.b.c",
        };
    }
}
