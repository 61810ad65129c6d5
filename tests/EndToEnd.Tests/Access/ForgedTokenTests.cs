using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>Tokens that somebody made up, at every route that asks for one.</summary>
[Collection<SharedMarket>]
[Proves(Requirement.AccessTokens)]
public sealed class ForgedTokenTests(Market market)
{
    private static readonly Dictionary<string, Func<Market, string, string>> Forgeries = new()
    {
        ["unsigned"] = (market, role) => market.Forge(role, token => token.SigningCredentials = null),
        ["of algorithm None"] = (market, role) => Rewritten(market.Forge(role), new { alg = "None", typ = TokenRules.AccessTokenType }, signature: ""),
        ["of algorithm none with the signature left on"] = (market, role) => Rewritten(market.Forge(role), new { alg = "none", typ = TokenRules.AccessTokenType }),
        ["HMAC with the public key in PEM"] = (market, role) => market.Forge(role, token => token.SigningCredentials =
            Hmac(market, Encoding.UTF8.GetBytes(market.Keys.AuthKey.ExportSubjectPublicKeyInfoPem()))),
        ["HMAC with the public key's bytes"] = (market, role) => market.Forge(role, token => token.SigningCredentials = Hmac(market, market.Keys.AuthKey.ExportSubjectPublicKeyInfo())),
        ["of a foreign key under our key's id"] = (market, role) => market.Forge(role, token => token.SigningCredentials = Foreign(market.Keys.KeyId)),
        ["of a foreign key without an id"] = (market, role) => market.Forge(role, token => token.SigningCredentials = Foreign(null)),
        ["signed by a service"] = (market, role) => market.Forge(role, token => token.SigningCredentials = new(market.Keys.ServiceKey("chat"), SecurityAlgorithms.EcdsaSha256)),
        ["for another audience"] = (market, role) => market.Forge(role, token => token.Claims["aud"] = "storefront"),
        ["of another issuer"] = (market, role) => market.Forge(role, token => token.Issuer = "auth"),
        ["of another type"] = (market, role) => market.Forge(role, token => token.TokenType = "JWT"),
        ["of a service token's type"] = (market, role) => market.Forge(role, token => token.TokenType = TokenRules.ServiceTokenType),
        ["that has expired"] = (market, role) => market.Forge(role, issued: DateTimeOffset.UtcNow - TokenRules.AccessTokenLife - TokenRules.ClockSkew),
        ["that is not yet good"] = (market, role) => market.Forge(role, issued: DateTimeOffset.UtcNow.AddMinutes(5)),
        ["that never expires"] = (market, role) => market.Forge(role, token => token.Expires = null),
        ["with a promoted role"] = (market, role) => WithPayload(market.Forge(role, token => token.Claims[TokenRules.Role] = "NONE"), payload => payload.Replace("\"NONE\"", $"\"{role}\"", StringComparison.Ordinal)),
    };

    public static TheoryData<string> Kinds => [.. Forgeries.Keys];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task A_token(string kind)
    {
        foreach (var line in RouteTable.Lines.Where(line => line is { Service: not "gateway", IsForAnyone: false }))
        {
            var token = Forgeries[kind](market, line.RolesLetIn.FirstOrDefault() ?? Roles.Admin);
            using var answer = await SendAsync(line, token);
            Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{line.Key} with a token {kind}: {answer.StatusCode}");
            Assert.DoesNotContain("IDX", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_token_that_nobody_altered_is_let_in()
    {
        foreach (var line in RouteTable.Lines.Where(line => line is { Service: not "gateway", IsForAnyone: false } && line.RolesLetIn.Any()))
        {
            using var answer = await SendAsync(line, market.Forge(line.RolesLetIn.First()));
            Assert.True(answer.StatusCode != HttpStatusCode.Unauthorized, line.Key);
        }
    }

    [Fact]
    public async Task A_key_that_a_token_brings_along_or_points_to_is_not_looked_at()
    {
        using var foreign = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var key = new ECDsaSecurityKey(foreign);
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(key);
        await using var elsewhere = await FakeAuth.StartAsync(new TestKeys());
        var address = new Uri(elsewhere.Address, ".well-known/jwks.json").ToString();
        foreach (var extra in new object[]
        {
            new { alg = "ES256", typ = TokenRules.AccessTokenType, kid = market.Keys.KeyId, jwk = new { kty = "EC", crv = "P-256", x = jwk.X, y = jwk.Y } },
            new { alg = "ES256", typ = TokenRules.AccessTokenType, kid = "elsewhere", jku = address },
            new { alg = "ES256", typ = TokenRules.AccessTokenType, kid = "elsewhere", x5u = address },
            new { alg = "ES256", typ = TokenRules.AccessTokenType, kid = "../../order.pub.pem", x5c = new[] { Convert.ToBase64String(foreign.ExportSubjectPublicKeyInfo()) } },
        })
        {
            foreach (var line in RouteTable.Lines.Where(line => line is { Service: not "gateway", IsForAnyone: false } && line.RolesLetIn.Any()))
            {
                using var answer = await SendAsync(line, Signed(Rewritten(market.Forge(line.RolesLetIn.First()), extra), foreign));
                Assert.True(answer.StatusCode == HttpStatusCode.Unauthorized, $"{line.Key} with {JsonSerializer.Serialize(extra)}: {answer.StatusCode}");
            }
        }

        Assert.Equal(0, elsewhere.KeyCalls);
    }

    private static SigningCredentials Hmac(Market market, byte[] key) => new(new SymmetricSecurityKey(key) { KeyId = market.Keys.KeyId }, SecurityAlgorithms.HmacSha256);

    private static SigningCredentials Foreign(string? keyId) => new(new ECDsaSecurityKey(ECDsa.Create(ECCurve.NamedCurves.nistP256)) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256);

    private static string Rewritten(string token, object header, string? signature = null)
    {
        var parts = token.Split('.');
        return $"{Encode(JsonSerializer.Serialize(header))}.{parts[1]}.{signature ?? parts[2]}";
    }

    private static string WithPayload(string token, Func<string, string> change)
    {
        var parts = token.Split('.');
        return $"{parts[0]}.{Encode(change(Encoding.UTF8.GetString(WebEncoders.Base64UrlDecode(parts[1]))))}.{parts[2]}";
    }

    private static string Signed(string token, ECDsa key)
    {
        var content = token[..token.LastIndexOf('.')];
        return $"{content}.{WebEncoders.Base64UrlEncode(key.SignData(Encoding.ASCII.GetBytes(content), HashAlgorithmName.SHA256))}";
    }

    private static string Encode(string text) => WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes(text));

    private Task<HttpResponseMessage> SendAsync(RouteLine line, string token)
    {
        var request = RouteExamples.OfNothing(line);
        return market.SendAsync(line.Service, request.Method, request.Path, token);
    }
}
