using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;

namespace Visuels.Auth.Sessions;

/// <summary>Body of <c>POST /email-signin</c>.</summary>
public sealed record SignInRequest(
    [property: Email] string Email,
    [property: PasswordLength(1)] string Password);

/// <summary>Body of <c>POST /refresh</c>; without it the cookie is taken.</summary>
public sealed record RefreshRequest(string? RefreshToken = null);

/// <summary>Answer of routes that begin or renew a session by cookies.</summary>
public sealed record SessionResponse(bool Success, string Msg, AccountResponse User);

/// <summary>The same with <c>?tokens=true</c>: no cookie is set.</summary>
public sealed record TokensResponse(string AccessToken, string RefreshToken, int ExpiresIn, string TokenType, AccountResponse User);

/// <summary>Answer of <c>POST /signout</c>.</summary>
public sealed record SignedOutResponse(bool Success, string Msg);

/// <summary>Answer of <c>GET /sessions</c>, the last used first.</summary>
public sealed record SessionsResponse(IReadOnlyList<SessionItem> Sessions);

/// <summary>A device that is signed in. <c>lastSeenAt</c> is the last renewal: at most ten minutes behind while it is used.</summary>
public sealed record SessionItem([property: JsonPropertyName("_id")] ObjectId Id, string Device, DateTimeOffset CreatedAt, DateTimeOffset LastSeenAt, bool Current)
{
    internal static SessionItem From(Session session, ObjectId? current) =>
        new(session.Id, session.Device, session.StartedAt, session.RotatedAt, session.Id == current);
}
