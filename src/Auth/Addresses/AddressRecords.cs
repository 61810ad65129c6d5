using MongoDB.Bson.Serialization.Attributes;

namespace Visuels.Auth.Addresses;

/// <summary>An address that the owner of an account wants, until its code is entered: a part of the account's document.</summary>
/// <param name="Email">The address.</param>
/// <param name="Until">When it is forgotten, long after its code is worthless.</param>
internal sealed record WantedAddress(string Email, DateTimeOffset Until)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(1);
}

/// <summary>An address that an account had lately, and may get back: a part of the account's document.</summary>
/// <param name="Email">The address.</param>
/// <param name="Hash">Keyed hash of the secret that was mailed there.</param>
/// <param name="Until">When the change is final, and this is forgotten.</param>
internal sealed record FormerAddress(string Email, string Hash, DateTimeOffset Until)
{
    /// <summary>How long a change can be undone from the address before.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <summary>So many changes within this time; each keeps its way back, so none must push out another.</summary>
    public const int Most = 3;

    /// <summary>When it was the account's last.</summary>
    [BsonIgnore]
    public DateTimeOffset LeftAt => Until - Life;
}
