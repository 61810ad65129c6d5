using Microsoft.AspNetCore.Http;

namespace Visuels.ServiceDefaults.Security;

/// <summary>The user on whose behalf a service calls another: the user's own access token goes along, beside the service's. A mere id would be believed.</summary>
public static class ForwardedUser
{
    /// <summary>The header that carries it; read on routes for that only, whatever else may send it.</summary>
    public const string Header = "X-User-Token";

    /// <summary>The access token by which a request was signed in, or null.</summary>
    /// <param name="request">A request that the user scheme has authenticated.</param>
    public static string? TokenOf(HttpRequest request) => request.Headers.Authorization.ToString() is { Length: > 0 } header
        ? header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : null
        : request.Cookies[SessionCookies.Token];

    private const string Prefix = "Bearer ";
}

/// <summary>Marks endpoints that a service calls for a user.</summary>
internal sealed record ActsForUser;
