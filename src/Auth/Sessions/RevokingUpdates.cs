using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Auth.Sessions;

internal static class RevokingUpdates
{
    /// <summary>
    /// The same update, which also writes and publishes that tokens of the account were taken back (<see cref="Account.EndSessions"/>,
    /// <see cref="Account.ChangeRole"/>), and takes back what the account wanted under them. All events of the write are named here: it can append only once. Write it against the version that was read.
    /// </summary>
    public static UpdateDefinition<Account> Revoking(this UpdateDefinition<Account> update, Account account, DateTimeOffset now, params object[] otherEvents) =>
        update
            .Set(a => a.Generation, account.Generation)
            .Set(a => a.SessionsFrom, account.SessionsFrom)
            .Set(a => a.KeptSession, account.KeptSession)
            .Set(a => a.RevokedAt, account.RevokedAt)
            .Unset(a => a.WantedAddress)
            .Publishing(now, [.. otherEvents, account.Revoked()]);
}
