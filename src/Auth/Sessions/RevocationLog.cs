using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth.Sessions;

/// <summary>What the services ask for that missed events, as Auth's own instances do.</summary>
internal sealed class RevocationLog(AccountStore accounts, SessionStore sessions, TimeProvider clock) : IRevocationSource
{
    /// <summary>So many are some 300 kB.</summary>
    private const int Most = 2_000;

    // A write that began before this question may end after it.
    private static readonly TimeSpan Overlap = TimeSpan.FromSeconds(30);

    public async Task<RevocationsResponse> SinceAsync(DateTimeOffset? since, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var from = since is { } given && given > now - Revocations.Kept ? given : now - Revocations.Kept;
        var revoked = (await accounts.GetRevokedSinceAsync(from, Most, ct)).ConvertAll(account => account.Revoked());
        var ended = await sessions.GetEndedSinceAsync(from, Most, ct);
        var more = revoked.Count == Most || ended.Count == Most;
        var next = now - Overlap;
        if (revoked.Count == Most && revoked[^1].At < next)
        {
            next = revoked[^1].At;
        }

        if (ended.Count == Most && ended[^1].At < next)
        {
            next = ended[^1].At;
        }

        return new RevocationsResponse(revoked, ended, next, more && next > from);
    }
}
