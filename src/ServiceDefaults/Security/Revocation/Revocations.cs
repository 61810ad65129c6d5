using System.Collections.Concurrent;
using System.Security.Claims;
using Visuels.Contracts.Accounts;

namespace Visuels.ServiceDefaults.Security.Revocation;

/// <summary>
/// What access tokens are not good any more, or tell an old role: in memory, for as long as such tokens can live. Fed by Auth's events, and
/// by Auth itself for those that were missed.
/// </summary>
/// <param name="clock">The clock.</param>
public sealed class Revocations(TimeProvider clock)
{
    /// <summary>How long a revocation is of interest: a token's life, clocks that are apart, and a request that was signing one meanwhile.</summary>
    public static readonly TimeSpan Kept = TokenRules.AccessTokenLife + 4 * TokenRules.ClockSkew;

    /// <summary>How many accounts, and how many sessions, are remembered at most; with more the oldest are forgotten before their time.</summary>
    public const int Most = 100_000;

    private readonly ConcurrentDictionary<string, SessionsRevoked> _accounts = new();
    private readonly ConcurrentDictionary<string, SessionEnded> _sessions = new();

    /// <summary>Something about the tokens of this user (id) changed.</summary>
    public event Action<string>? Changed;

    /// <summary>How many accounts and sessions are remembered.</summary>
    public int Count => _accounts.Count + _sessions.Count;

    /// <summary>Whether a token, though signed and in time, is not good any more.</summary>
    /// <param name="user">What the token says.</param>
    public bool Refuses(ClaimsPrincipal user)
    {
        var session = user.FindFirstValue(TokenRules.Session) ?? "";
        return _sessions.ContainsKey(session)
            || (Of(user) is { } revoked && user.GetGeneration() < revoked.EndedBelow && session != revoked.KeptSession);
    }

    /// <summary>Whether somebody who has been let in would not be, or only with another role, by now.</summary>
    /// <param name="user">What the token said then.</param>
    public bool HasChanged(ClaimsPrincipal user) => Refuses(user) || (NewRoleOf(user) is { } role && role != user.GetRole());

    /// <summary>The user's role where it is newer than the token; otherwise null.</summary>
    internal string? NewRoleOf(ClaimsPrincipal user) => Of(user) is { } revoked && user.GetGeneration() < revoked.Generation ? revoked.Role : null;

    /// <summary>Takes over a revocation unless a newer one of the account is known; order and repetition do not matter.</summary>
    /// <param name="revoked">By an event, by Auth's answer, or in Auth itself as soon as it is written.</param>
    public void Apply(SessionsRevoked revoked)
    {
        if (IsOver(revoked.At))
        {
            return;
        }

        MakeRoom(_accounts, r => r.At);
        if (_accounts.AddOrUpdate(revoked.UserId, revoked, (_, known) => known.Version >= revoked.Version ? known : revoked) == revoked)
        {
            Changed?.Invoke(revoked.UserId);
        }
    }

    /// <summary>Takes over the end of a session.</summary>
    /// <param name="ended">As above.</param>
    public void Apply(SessionEnded ended)
    {
        if (IsOver(ended.At))
        {
            return;
        }

        MakeRoom(_sessions, e => e.At);
        if (_sessions.TryAdd(ended.SessionId, ended))
        {
            Changed?.Invoke(ended.UserId);
        }
    }

    /// <summary>Forgets what no living token can be concerned by.</summary>
    internal void Sweep()
    {
        foreach (var old in _accounts.Where(entry => IsOver(entry.Value.At)))
        {
            _accounts.TryRemove(old);
        }

        foreach (var old in _sessions.Where(entry => IsOver(entry.Value.At)))
        {
            _sessions.TryRemove(old);
        }
    }

    private SessionsRevoked? Of(ClaimsPrincipal user) => _accounts.GetValueOrDefault(user.FindFirstValue(TokenRules.Subject) ?? "");

    private bool IsOver(DateTimeOffset at) => at + Kept < clock.GetUtcNow();

    // A tenth at a time: finding the oldest means looking at all.
    private static void MakeRoom<T>(ConcurrentDictionary<string, T> entries, Func<T, DateTimeOffset> at)
    {
        if (entries.Count < Most)
        {
            return;
        }

        foreach (var oldest in entries.OrderBy(entry => at(entry.Value)).Take(Most / 10).ToList())
        {
            entries.TryRemove(oldest);
        }
    }
}
