using MongoDB.Bson.Serialization.Attributes;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Auth.Codes;

/// <summary>
/// The one-time codes of an address for a purpose: the document of collection <c>codes</c>. Each flow, that is each browser or program that
/// asked, has a code of its own. Addresses without an account have such a document too, just without codes in it, so that nothing tells
/// them apart.
/// </summary>
internal sealed class Code
{
    public const int Digits = 6;
    public const int Tries = 5;
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);
    public static readonly TimeSpan Gap = TimeSpan.FromSeconds(60);
    public static readonly TimeSpan Day = TimeSpan.FromHours(24);

    private const int MostFlows = 20;

    /// <summary>Purpose and address.</summary>
    [BsonId]
    public required string Key { get; set; }

    /// <summary>Rises with every change but tries; who writes against an old version has lost.</summary>
    public long Version { get; set; }

    public Dictionary<string, CodeFlow> Flows { get; set; } = [];

    /// <summary>When codes were mailed within a day, and for whom.</summary>
    public List<CodeSent> Sent { get; set; } = [];

    /// <summary>Tries by callers whom no flow belongs to.</summary>
    public int Attempts { get; set; }

    /// <summary>When the document goes; long after its codes are worthless, as it also keeps the daily count.</summary>
    public DateTimeOffset DeleteAt { get; set; }

    public Outbox Outbox { get; set; } = new();

    [BsonIgnore]
    public string Purpose => Key.Split('|')[0];

    [BsonIgnore]
    public string Email => Key.Split('|', 2)[1];

    public static string KeyOf(string purpose, string email) => $"{purpose}|{email}";

    /// <summary>The flow that was mailed a code last.</summary>
    [BsonIgnore]
    public string? Newest => NewestOf(_ => true);

    /// <summary>The flow of a caller: the one that it names, or, if it names none, the last that a caller like it was mailed a code for.</summary>
    public string? FlowOf(Requester caller) => caller.Flow is not { } named
        ? NewestOf(flow => flow.Client == caller.Client)
        : Flows.ContainsKey(named) ? named : null;

    /// <summary>Whether the last code is so young that another must wait.</summary>
    public bool IsInGap(DateTimeOffset now) => Sent.Count > 0 && now < Sent.Max(sent => sent.At) + Gap;

    /// <summary>
    /// Whether a caller may have another code mailed to this address. What strangers use up does not shut out its owner: a network that has
    /// asked for few gets some all the same, up to an end that many networks together can reach only.
    /// </summary>
    public bool IsUsedUp(DateTimeOffset now, string network, AuthOptions options)
    {
        var today = Sent.Where(sent => now < sent.At + Day).ToList();
        var isFull = today.Count >= options.CodesPerDay || today.Count(sent => now < sent.At + TimeSpan.FromHours(1)) >= options.CodesPerHour;
        return isFull && (today.Count(sent => sent.Network == network) >= CodeSent.ForNewcomers || today.Count >= options.CodesPerDay * CodeSent.EndOfNewcomers);
    }

    /// <summary>Flows that nobody can need any more, beside one that is about to be written.</summary>
    public IReadOnlyList<string> Outdated(DateTimeOffset now, string written)
    {
        var over = Flows.Where(flow => flow.Key != written && now >= flow.Value.At + Day).Select(flow => flow.Key).ToList();
        var rest = Flows.Where(flow => flow.Key != written && !over.Contains(flow.Key)).ToList();
        // Live codes last: whoever floods an address must not push those out.
        var surplus = rest.OrderBy(flow => flow.Value.ExpiresAt > now).ThenBy(flow => flow.Value.At).Take(Math.Max(0, rest.Count + 1 - MostFlows));
        return [.. over, .. surplus.Select(flow => flow.Key)];
    }

    private string? NewestOf(Predicate<CodeFlow> wanted) => Flows
        .Where(flow => flow.Value.ExpiresAt is not null && wanted(flow.Value))
        .OrderByDescending(flow => flow.Value.ExpiresAt)
        .Select(flow => flow.Key)
        .FirstOrDefault();
}

/// <summary>A code that was mailed, or would have been.</summary>
/// <param name="At">When.</param>
/// <param name="Network">Keyed hash of the network that asked for it.</param>
internal sealed record CodeSent(DateTimeOffset At, string Network)
{
    /// <summary>So many a day are for a network even when others have used up what the address gets.</summary>
    public const int ForNewcomers = 3;

    /// <summary>But not more than so many times what an address gets in a day.</summary>
    public const int EndOfNewcomers = 3;
}
