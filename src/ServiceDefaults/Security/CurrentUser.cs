using System.Globalization;
using System.Security.Claims;
using MongoDB.Bson;

namespace Visuels.ServiceDefaults.Security;

/// <summary>What a verified token says of its user.</summary>
public static class CurrentUser
{
    /// <summary>The user's id. Call it only behind a policy that requires a user.</summary>
    /// <param name="user">The principal of the request.</param>
    public static ObjectId GetUserId(this ClaimsPrincipal user) =>
        user.FindUserId() ?? throw new InvalidOperationException("The route lacks a policy that requires a user.");

    /// <summary>The user's id, or null for an anonymous caller.</summary>
    /// <param name="user">The principal of the request.</param>
    public static ObjectId? FindUserId(this ClaimsPrincipal user) =>
        ObjectId.TryParse(user.FindFirstValue(TokenRules.Subject), out var id) ? id : null;

    /// <summary>The user's role: one of <see cref="Roles"/>.</summary>
    /// <param name="user">The principal of the request.</param>
    public static string GetRole(this ClaimsPrincipal user) => user.FindFirstValue(TokenRules.Role) ?? "";

    /// <summary>The id of the session that the token belongs to, or null.</summary>
    /// <param name="user">The principal of the request.</param>
    public static ObjectId? FindSessionId(this ClaimsPrincipal user) =>
        ObjectId.TryParse(user.FindFirstValue(TokenRules.Session), out var id) ? id : null;

    /// <summary>The generation of the token, by which its account can take it back.</summary>
    /// <param name="user">The principal of the request.</param>
    public static long GetGeneration(this ClaimsPrincipal user) =>
        long.TryParse(user.FindFirstValue(TokenRules.Generation), NumberStyles.None, CultureInfo.InvariantCulture, out var generation) ? generation : 0;
}
