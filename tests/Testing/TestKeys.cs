using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Testing;

/// <summary>A key folder, and real ES256 tokens signed with its keys. Load programs point it at a running system's <c>Keys:Folder</c>.</summary>
public sealed class TestKeys
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public TestKeys(string? folder = null)
    {
        Folder = folder ?? TemporaryFolder.Create("visuels-keys-");
        AuthKey = ReadOrMake("auth-signing");
        foreach (var service in TokenRules.Services)
        {
            var key = ReadOrMake(service);
            File.WriteAllText(Path.Combine(Folder, service + ".pub.pem"), key.ExportSubjectPublicKeyInfoPem());
        }
    }

    public string Folder { get; }

    public ECDsa AuthKey { get; }

    /// <summary>The id under which Auth publishes its key: the RFC 7638 thumbprint.</summary>
    public string KeyId => Base64UrlEncoder.Encode(PublicJwk.ComputeJwkThumbprint());

    /// <summary>The public half, as it stands in a JWKS document.</summary>
    public JsonWebKey PublicJwk
    {
        get
        {
            using var publicOnly = ECDsa.Create(AuthKey.ExportParameters(includePrivateParameters: false));
            return JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicOnly));
        }
    }

    /// <summary>An access token as Auth would sign it.</summary>
    public string AccessToken(ObjectId user, string role, DateTimeOffset? now = null, Action<SecurityTokenDescriptor>? alter = null)
    {
        var issued = (now ?? DateTimeOffset.UtcNow).UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            TokenType = TokenRules.AccessTokenType,
            Issuer = TokenRules.Issuer,
            IssuedAt = issued,
            NotBefore = issued,
            Expires = issued + TokenRules.AccessTokenLife,
            Claims = new Dictionary<string, object>
            {
                ["aud"] = TokenRules.Services,
                [TokenRules.Subject] = user.ToString(),
                [TokenRules.Role] = role,
                [TokenRules.Session] = ObjectId.GenerateNewId().ToString(),
                [TokenRules.Generation] = 0L,
            },
            SigningCredentials = new SigningCredentials(new ECDsaSecurityKey(AuthKey) { KeyId = KeyId }, SecurityAlgorithms.EcdsaSha256),
        };
        alter?.Invoke(token);
        return Handler.CreateToken(token);
    }

    /// <summary>A token by which one service makes one call to another.</summary>
    public string ServiceToken(string from, string to, HttpMethod method, Uri call, DateTimeOffset? now = null, Action<SecurityTokenDescriptor>? alter = null)
    {
        var issued = (now ?? DateTimeOffset.UtcNow).UtcDateTime;
        var token = new SecurityTokenDescriptor
        {
            TokenType = TokenRules.ServiceTokenType,
            Issuer = from,
            Audience = to,
            IssuedAt = issued,
            NotBefore = issued,
            Expires = issued + TokenRules.ServiceTokenLife,
            Claims = new Dictionary<string, object>
            {
                [TokenRules.Subject] = from,
                [JwtRegisteredClaimNames.Jti] = Guid.NewGuid().ToString("N"),
                [TokenRules.CallMethod] = method.Method,
                [TokenRules.CallPath] = TokenRules.PathOfCall(call.AbsolutePath),
            },
            SigningCredentials = new SigningCredentials(ServiceKey(from), SecurityAlgorithms.EcdsaSha256),
        };
        alter?.Invoke(token);
        return Handler.CreateToken(token);
    }

    /// <summary>A service's own key; one of a name that is no service's is made, and nobody trusts it.</summary>
    public ECDsaSecurityKey ServiceKey(string service) => new(ReadOrMake(service));

    private ECDsa ReadOrMake(string name)
    {
        var path = Path.Combine(Folder, name + ".pem");
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (File.Exists(path))
        {
            key.ImportFromPem(File.ReadAllText(path));
        }
        else
        {
            File.WriteAllText(path, key.ExportPkcs8PrivateKeyPem());
        }

        return key;
    }
}
