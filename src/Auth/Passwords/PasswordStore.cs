using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth.Passwords;

/// <summary>The passwords in the documents of collection <c>accounts</c>.</summary>
internal sealed class PasswordStore(IMongoDatabase database, OutboxSignal signal, Revocations revocations, SecurityLog security, TimeProvider clock)
{
    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    /// <summary>Gives an account another password, ends its sessions and has its owner told, in one write.</summary>
    /// <param name="account">As it was read.</param>
    /// <param name="hash">Hash of the new password.</param>
    /// <param name="kept">The session that goes on: the one that changed the password. Null when it was set by mail.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when the account has changed since it was read.</returns>
    public async Task<bool> TrySetAsync(Account account, string hash, ObjectId? kept, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var asRead = Builders<Account>.Filter.Eq(a => a.Id, account.Id) & Builders<Account>.Filter.Eq(a => a.Version, account.Version) & AccountStore.Present;
        account.Version++;
        account.EndSessions(now, kept);
        var result = await _accounts.UpdateOneAsync(
            asRead,
            Builders<Account>.Update
                .Set(a => a.PasswordHash, hash)
                .Set(a => a.Version, account.Version)
                .Revoking(account, now, new PasswordChanged(account.Id.ToString(), account.Version, account.Email, account.Name, kept is null, now)),
            cancellationToken: ct);
        signal.Raise();
        if (result.MatchedCount == 0)
        {
            return false;
        }

        revocations.Apply(account.Revoked());
        security.Note(SecurityEvent.PasswordChanged, account.Id.ToString(), kept is null ? "by mail" : "by its owner");
        return true;
    }
}
