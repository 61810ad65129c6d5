using System.Security.Cryptography;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Keys;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

/// <summary>Signs access tokens.</summary>
internal sealed class TokenSigner(SigningKeys keys, TimeProvider clock)
{
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false };

    public string Sign(Account account, ObjectId session)
    {
        var now = clock.GetUtcNow().UtcDateTime;
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
            SigningCredentials = keys.Current,
        });
    }
}
