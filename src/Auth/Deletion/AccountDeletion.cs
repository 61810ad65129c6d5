using Visuels.Auth.Accounts;
using Visuels.Auth.Activities;
using Visuels.Auth.Codes;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Deletion;

/// <summary>
/// Deletes accounts. One write decides; what comes before it does no harm when it never follows, and what comes after it is done again by
/// the schedule when this process ends in the middle.
/// </summary>
internal sealed class AccountDeletion(
    DeletedAccounts deleted, CodeStore codes, SessionStore sessions, ActivityStore activity, ImageUploads uploads, SecurityLog security, TimeProvider clock)
{
    /// <summary>Longer than a request that was under way, and than the last access token.</summary>
    private static readonly TimeSpan LastRequests = TokenRules.AccessTokenLife + TimeSpan.FromMinutes(5);

    /// <returns>False when somebody else has deleted it in this instant.</returns>
    public async Task<bool> DeleteAsync(Account account, CancellationToken ct)
    {
        await codes.WithdrawAsync(account.Email, ct);
        await uploads.DoubtAsync(ImagesOf(account), ct);
        if (await deleted.EraseAsync(account.Id, clock.GetUtcNow() + LastRequests, ct) is not { } before)
        {
            return false;
        }

        security.Note(SecurityEvent.AccountDeleted, before.Id.ToString());
        // From here on the caller may leave.
        await uploads.DiscardAsync(ImagesOf(before));
        await sessions.ClearAsync(before.Id, CancellationToken.None);
        await activity.ForgetAsync(before.Id, CancellationToken.None);
        return true;
    }

    private static List<StoredImage> ImagesOf(Account account) =>
        [.. new[] { account.ArtistProfile?.Avatar, account.ArtistProfile?.Banner }.OfType<StoredImage>()];
}

/// <summary>
/// Ends the sessions and removes the log of deleted accounts once more when their last token has ended: somebody may have signed in while the account was
/// deleted, or the process may have ended before it had done so.
/// </summary>
internal sealed class DeletedAccountLeftovers(DeletedAccounts deleted, SessionStore sessions, ActivityStore activity) : IScheduledJob
{
    public static readonly TimeSpan Every = TimeSpan.FromMinutes(5);

    private const int BatchSize = 100;

    public async Task<long> RunAsync(CancellationToken ct)
    {
        var done = 0L;
        while (await deleted.FindForgettableAsync(BatchSize, ct) is { Count: > 0 } due)
        {
            foreach (var account in due)
            {
                await sessions.ClearAsync(account.Id, ct);
                await activity.ForgetAsync(account.Id, ct);
                await deleted.MarkForgottenAsync(account.Id, ct);
                done++;
            }
        }

        return done;
    }
}
