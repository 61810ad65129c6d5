using MongoDB.Bson;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Auth.Sessions;

/// <summary>One signed-in device: the document of collection <c>sessions</c>.</summary>
internal sealed class Session
{
    /// <summary>However often it is renewed, a session ends this long after sign-in.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(30);

    /// <summary>A session that is not renewed for this long ends.</summary>
    public static readonly TimeSpan IdleLife = TimeSpan.FromDays(14);

    /// <summary>Requests that were under way with the token before may still come in, this long.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromSeconds(10);

    /// <summary>How long a session that was ended stays: for its event to be published, and for those who ask what they missed.</summary>
    public static readonly TimeSpan Grave = TimeSpan.FromHours(1);

    /// <summary>How many an account has at most; with one more the oldest ends.</summary>
    public const int Most = 10;

    public ObjectId Id { get; set; }

    public ObjectId UserId { get; set; }

    /// <summary>The account's generation at sign-in.</summary>
    public long Generation { get; set; }

    /// <summary>What it was begun with, for people: see <see cref="DeviceNames"/>.</summary>
    public string Device { get; set; } = DeviceNames.Unknown;

    /// <summary>SHA-256 of the refresh token that is good now.</summary>
    public required string Token { get; set; }

    /// <summary>SHA-256 of the one before.</summary>
    public string? Previous { get; set; }

    public DateTimeOffset StartedAt { get; set; }

    public DateTimeOffset RotatedAt { get; set; }

    /// <summary>When the document goes: at the end of its life, or some time after it was ended.</summary>
    public DateTimeOffset ExpiresAt { get; set; }

    /// <summary>When it was ended before its time; absent while it was not.</summary>
    public DateTimeOffset? EndedAt { get; set; }

    public Outbox Outbox { get; set; } = new();

    /// <summary>How long it goes on from now if it is not used.</summary>
    public TimeSpan Left(DateTimeOffset now) => ExpiresAt - now < IdleLife ? ExpiresAt - now : IdleLife;
}
