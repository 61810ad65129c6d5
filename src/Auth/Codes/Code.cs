using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Auth.Codes;

/// <summary>
/// The one-time code of an address for a purpose: the document of collection <c>codes</c>. A new code takes the place of the old one.
/// Addresses without an account have such a document too, just without a code in it, so that nothing tells them apart.
/// </summary>
internal sealed class Code
{
    public const int Digits = 6;
    public const int Tries = 5;
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);

    /// <summary>Purpose and address.</summary>
    [BsonId]
    public required string Key { get; set; }

    /// <summary>Rises with every code; who writes against an old version has lost.</summary>
    public long Version { get; set; }

    /// <summary>Identifies this code to its readers.</summary>
    public ObjectId CodeId { get; set; }

    /// <summary>Keyed hash; absent where no account can be proven.</summary>
    public string? Hash { get; set; }

    public ObjectId UserId { get; set; }

    /// <summary>Number of the sign-up that this code proves.</summary>
    public long SignUp { get; set; }

    /// <summary>Hash of the password given at the last sign-up with this address.</summary>
    public string? PasswordHash { get; set; }

    public int Attempts { get; set; }

    public DateTimeOffset SentAt { get; set; }

    public DateTimeOffset ExpiresAt { get; set; }

    public DateTimeOffset DayStart { get; set; }

    public int SentInDay { get; set; }

    /// <summary>When the document goes; long after its code is worthless, as it also keeps the daily count.</summary>
    public DateTimeOffset DeleteAt { get; set; }

    public Outbox Outbox { get; set; } = new();

    public static string KeyOf(string purpose, string email) => $"{purpose}|{email}";

    /// <summary>Whether the last code is so young that another must wait.</summary>
    public bool IsInGap(DateTimeOffset now) => now < SentAt + Gap;

    /// <summary>Whether the address has had its codes for today.</summary>
    public bool IsUsedUp(DateTimeOffset now, int perDay) => now < DayStart + Day && SentInDay >= perDay;
}
