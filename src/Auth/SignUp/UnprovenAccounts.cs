using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.Auth.SignUp;

/// <summary>
/// Deletes accounts whose address nobody has proven in time; their names and addresses are free again. Codes need no deletion: they belong
/// to addresses and end by themselves, and their daily count must outlive the account.
/// </summary>
internal sealed class UnprovenAccounts(AccountStore accounts) : IScheduledJob
{
    public Task<long> RunAsync(CancellationToken ct) => accounts.DeleteUnprovenAsync(ct);
}
