using MongoDB.Bson;

namespace Visuels.Auth.Sessions;

/// <summary>One signed-in device: the document of collection <c>sessions</c>. It ends by being deleted.</summary>
internal sealed class Session
{
    /// <summary>However often it is renewed, a session ends this long after sign-in.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>Requests that were under way with the token before may still come in, this long.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    public ObjectId Id { get; set; }

    public ObjectId UserId { get; set; }

    /// <summary>SHA-256 of the refresh token that is good now.</summary>
    public required string Token { get; set; }

    /// <summary>SHA-256 of the one before.</summary>
    public string? Previous { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset RotatedAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }
}
