using System.Security.Cryptography;
using System.Text.Json;
using MongoDB.Bson;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Json;

namespace Visuels.Orders.Idempotency;

/// <summary>
/// A request under a key, as stored before anything else happens: what it asks for, the ids that its orders will have and, in the end,
/// its answer. Whoever finds it unfinished does the same again with the same ids.
/// </summary>
internal sealed record IdempotencyRecord
{
    /// <summary>The user and the key: two users may choose the same key.</summary>
    public required string Id { get; init; }

    public required byte[] BodyHash { get; init; }

    public required IReadOnlyList<CartLine> Lines { get; init; }

    public required DateTimeOffset At { get; init; }

    /// <summary>Until when somebody is taken to be at it; absent once it is given up or done.</summary>
    public DateTimeOffset? LeaseUntil { get; init; }

    public StoredAnswer? Answer { get; init; }

    /// <summary>Ids of one user's records are those from the one of no key up.</summary>
    public static string IdOf(ObjectId user, string key) => $"{user}|{key}";

    /// <param name="user">Who asks.</param>
    /// <param name="key">The key as sent.</param>
    /// <param name="body">What was read from the body: blanks and the order of its members make no difference.</param>
    /// <param name="lines">What is to be ordered, with the ids of the orders.</param>
    /// <param name="now">The time.</param>
    public static IdempotencyRecord Of<T>(ObjectId user, string key, T body, IReadOnlyList<CartLine> lines, DateTimeOffset now) => new()
    {
        Id = IdOf(user, key),
        BodyHash = SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(body, JsonRules.Web)),
        Lines = lines,
        At = now,
    };

    public bool IsOfSameBody(IdempotencyRecord other) => BodyHash.AsSpan().SequenceEqual(other.BodyHash);
}
