using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

/// <summary>Signs access tokens, and tells the world the key to check them with.</summary>
internal sealed class TokenSigner
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly TimeProvider _clock;
    private readonly SigningCredentials _credentials;

    public TokenSigner(KeyFolder keys, TimeProvider clock)
    {
        var key = keys.PrivateKey("auth-signing");
        using var publicHalf = ECDsa.Create(key.ExportParameters(includePrivateParameters: false));
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicHalf));
        var keyId = Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint());
        _clock = clock;
        _credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256);
        KeySet = new PublicKeySet([new PublicKey(jwk.Kty, jwk.Crv, jwk.X, jwk.Y, keyId, JsonWebKeyUseNames.Sig, SecurityAlgorithms.EcdsaSha256)]);
        Configuration = new OpenIdConnectConfiguration { Issuer = TokenRules.Issuer, SigningKeys = { _credentials.Key } };
    }

    /// <summary>The document at <c>/.well-known/jwks.json</c>.</summary>
    public PublicKeySet KeySet { get; }

    /// <summary>The same for Auth's own use: it need not ask itself over HTTP.</summary>
    public OpenIdConnectConfiguration Configuration { get; }

    public string Sign(Account account, ObjectId session)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = TokenRules.AccessTokenType,
            Issuer = TokenRules.Issuer,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + TokenRules.AccessTokenLife,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Aud] = TokenRules.Services,
                [TokenRules.Subject] = account.Id.ToString(),
                [TokenRules.Role] = account.Role,
                [TokenRules.Session] = session.ToString(),
                [TokenRules.Generation] = account.Generation,
                [JwtRegisteredClaimNames.Jti] = RandomNumberGenerator.GetHexString(32, lowercase: true),
            },
            SigningCredentials = _credentials,
        });
    }
}

/// <summary>A JWKS document (RFC 7517).</summary>
public sealed record PublicKeySet(IReadOnlyList<PublicKey> Keys);

/// <summary>A public P-256 key in it.</summary>
public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);
