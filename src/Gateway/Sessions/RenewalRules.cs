using System.Text.Json;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Gateway.Sessions;

/// <summary>When a session is renewed, and what becomes of the request's cookies. Pure.</summary>
internal static class RenewalRules
{
    /// <summary>A token that ends within this time is renewed already.</summary>
    private static readonly TimeSpan Margin = TimeSpan.FromSeconds(60);

    private const int LongestToken = 256;

    /// <summary>Replaces both session cookies by nothing.</summary>
    public static readonly IReadOnlyDictionary<string, string?> NoSession = new Dictionary<string, string?>
    {
        [SessionCookies.Token] = null,
        [SessionCookies.Refresh] = null,
    };

    // Routes that make, renew or end sessions themselves, and files that need none.
    private static readonly string[] Exempt =
    [
        "/auth/email-signin", "/auth/email-verify", "/auth/second-factor/verify", "/auth/signout", "/auth/refresh", "/auth/password", "/auth/google", "/auth/sessions", "/images",
    ];

    public static bool Applies(HttpRequest request)
    {
        if (request.Headers.Authorization.Count > 0 || !request.Cookies.ContainsKey(SessionCookies.Refresh) || HttpMethods.IsOptions(request.Method))
        {
            return false;
        }

        var path = request.Path.StartsWithSegments("/api/v1", StringComparison.OrdinalIgnoreCase, out var rest) ? rest : request.Path;
        var deletesAccount = HttpMethods.IsDelete(request.Method) && path.StartsWithSegments("/auth/me", StringComparison.OrdinalIgnoreCase);
        return !deletesAccount && !Exempt.Any(exempt => path.StartsWithSegments(exempt, StringComparison.OrdinalIgnoreCase));
    }

    /// <summary>
    /// Whether Auth can have made this refresh token. What is no token could not even be sent, and that would look like a failure of Auth.
    /// </summary>
    public static bool IsToken(string text) =>
        text.Length <= LongestToken && text.All(c => c is > ' ' and <= '~' and not ('"' or ',' or ';' or '\\'));

    /// <summary>Whether an access token is absent, unreadable or (nearly) over. Its signature is the services' business.</summary>
    public static bool IsStale(string? token, DateTimeOffset now)
    {
        if (token?.Split('.') is not [_, var payload, _])
        {
            return true;
        }

        try
        {
            using var claims = JsonDocument.Parse(WebEncoders.Base64UrlDecode(payload));
            return claims.RootElement.ValueKind != JsonValueKind.Object
                || !claims.RootElement.TryGetProperty("exp", out var exp)
                || !exp.TryGetInt64(out var seconds)
                || seconds <= (now + Margin).ToUnixTimeSeconds();
        }
        catch (Exception e) when (e is FormatException or JsonException or InvalidOperationException)
        {
            return true;
        }
    }

    /// <summary>The Cookie header with some cookies set anew (null: left out); all others stay as they were sent.</summary>
    public static StringValues Replace(StringValues cookieHeader, IReadOnlyDictionary<string, string?> replaced)
    {
        var kept = cookieHeader
            .SelectMany(line => (line ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            .Where(pair => !replaced.ContainsKey(pair.Split('=', 2)[0].Trim()));
        var set = replaced.Where(cookie => cookie.Value is not null).Select(cookie => $"{cookie.Key}={cookie.Value}");
        var all = string.Join("; ", kept.Concat(set));
        return all.Length > 0 ? all : StringValues.Empty;
    }
}
