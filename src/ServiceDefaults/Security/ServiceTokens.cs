using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Makes the 60-second tokens by which this service calls others, signed with its own key.</summary>
public sealed class ServiceTokens
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    private readonly ServiceIdentity _identity;
    private readonly TimeProvider _clock;
    private readonly SigningCredentials _credentials;

    /// <summary>Reads (outside Production: makes) this service's key pair.</summary>
    /// <param name="keys">The key folder.</param>
    /// <param name="identity">This service.</param>
    /// <param name="clock">The clock.</param>
    public ServiceTokens(KeyFolder keys, ServiceIdentity identity, TimeProvider clock)
    {
        var key = keys.PrivateKey(identity.Name);
        keys.PublishPublicKey(identity.Name, key);
        _identity = identity;
        _clock = clock;
        _credentials = new SigningCredentials(new ECDsaSecurityKey(key), SecurityAlgorithms.EcdsaSha256);
    }

    /// <summary>A token for one call, good for that method and path only.</summary>
    /// <param name="audience">Name of the service that is called.</param>
    /// <param name="method">Method of the call.</param>
    /// <param name="call">Absolute address of the call; host and query do not matter.</param>
    public string For(string audience, HttpMethod method, Uri call)
    {
        var now = _clock.GetUtcNow().UtcDateTime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            TokenType = TokenRules.ServiceTokenType,
            Issuer = _identity.Name,
            Audience = audience,
            IssuedAt = now,
            NotBefore = now,
            Expires = now + TokenRules.ServiceTokenLife,
            Claims = new Dictionary<string, object>
            {
                [TokenRules.Subject] = _identity.Name,
                [JwtRegisteredClaimNames.Jti] = RandomNumberGenerator.GetHexString(32),
                [TokenRules.CallMethod] = method.Method,
                [TokenRules.CallPath] = TokenRules.PathOfCall(call.AbsolutePath),
            },
            SigningCredentials = _credentials,
        });
    }
}
