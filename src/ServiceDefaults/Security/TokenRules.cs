using Microsoft.IdentityModel.Tokens;

namespace Visuels.ServiceDefaults.Security;

/// <summary>What tokens look like, for those who make and those who check them.</summary>
public static class TokenRules
{
    /// <summary>Issuer of users' access tokens.</summary>
    public const string Issuer = "visuels-auth";

    /// <summary>Header type of users' access tokens (RFC 9068).</summary>
    public const string AccessTokenType = "at+jwt";

    /// <summary>Header type of the tokens that services send one another.</summary>
    public const string ServiceTokenType = "svc+jwt";

    /// <summary>Claim with the user's id.</summary>
    public const string Subject = "sub";

    /// <summary>Claim with the user's role.</summary>
    public const string Role = "role";

    /// <summary>Claim with the session's id.</summary>
    public const string Session = "sid";

    /// <summary>Claim of a service token with the HTTP method that it is for.</summary>
    public const string CallMethod = "htm";

    /// <summary>Claim of a service token with the path that it is for, as <see cref="PathOfCall"/> spells it.</summary>
    public const string CallPath = "htu";

    /// <summary>Claim with the generation of the user's tokens; absent means 0.</summary>
    public const string Generation = "gen";

    /// <summary>Life of an access token.</summary>
    public static readonly TimeSpan AccessTokenLife = TimeSpan.FromMinutes(10);

    /// <summary>Life of a service token.</summary>
    public static readonly TimeSpan ServiceTokenLife = TimeSpan.FromSeconds(60);

    /// <summary>How far clocks may be apart.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>The services; a user's token names them all as audiences, and each requires its own name.</summary>
    public static readonly string[] Services = ["auth", "product", "order", "chat", "jobs"];

    /// <summary>How a service token spells the path of its call: decoded, without query and without a slash at the end.</summary>
    /// <param name="escapedPath">The path as it stands in the URL, without the host.</param>
    public static string PathOfCall(string escapedPath) => "/" + Uri.UnescapeDataString(escapedPath).Trim('/');

    internal static TokenValidationParameters Validation(string audience, string tokenType, TimeProvider clock) => new()
    {
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = [tokenType],
        ValidAudience = audience,
        NameClaimType = Subject,
        RoleClaimType = Role,
        RequireExpirationTime = true,
        RequireSignedTokens = true,
        LifetimeValidator = (notBefore, expires, _, _) =>
        {
            var now = clock.GetUtcNow().UtcDateTime;
            return expires is { } end && now < end + ClockSkew && (notBefore is not { } start || now > start - ClockSkew);
        },
    };
}
