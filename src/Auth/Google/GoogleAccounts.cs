using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth.Google;

/// <summary>The links to Google in the documents of collection <c>accounts</c>.</summary>
internal sealed class GoogleAccounts(IMongoDatabase database, OutboxSignal signal, Revocations revocations, TimeProvider clock)
{
    private static readonly FilterDefinitionBuilder<Account> Filter = Builders<Account>.Filter;
    private static readonly UpdateDefinitionBuilder<Account> Update = Builders<Account>.Update;

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    public async Task<Account?> FindAsync(string subject, CancellationToken ct) =>
        await _accounts.Find(a => a.GoogleSubject == subject).Project<Account>(Builders<Account>.Projection.Exclude(a => a.Outbox)).FirstOrDefaultAsync(ct);

    /// <summary>Lets a person from Google into a proven account of the same, proven, address, and tells its owner. Null when another one has been let in before.</summary>
    public Task<Account?> LinkAsync(Account account, string subject, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return WriteAsync(
            Filter.Eq(a => a.Id, account.Id) & AccountStore.Present & Filter.Eq(a => a.Email, account.Email)
                & Filter.Eq(a => a.Verified, true) & Filter.Exists(a => a.GoogleSubject, false),
            Update.Set(a => a.GoogleSubject, subject).Publishing(now, new GoogleLinked(account.Id.ToString(), account.Version, account.Email, account.Name, now)),
            ct);
    }

    /// <summary>Gives an account that nobody has proven to the person who has: its password goes. Null when it changed meanwhile.</summary>
    public async Task<Account?> TakeOverAsync(Account unproven, GoogleUser user, string username, string role, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var filter = Filter.Eq(a => a.Id, unproven.Id) & Filter.Eq(a => a.Verified, false) & Filter.Eq(a => a.Version, unproven.Version);
        unproven.Version++;
        (unproven.Username, unproven.UsernameKey) = (username, Account.KeyOf(username));
        unproven.Name = user.Name;
        unproven.Role = role;
        unproven.EndSessions(now);
        var taken = await WriteAsync(
            filter,
            Update
                .Set(a => a.Verified, true)
                .Set(a => a.GoogleSubject, user.Subject)
                .Set(a => a.Version, unproven.Version)
                .Set(a => a.Username, unproven.Username)
                .Set(a => a.UsernameKey, unproven.UsernameKey)
                .Set(a => a.Name, unproven.Name)
                .Set(a => a.Role, unproven.Role)
                .Unset(a => a.PasswordHash)
                .Unset(a => a.UnprovenUntil)
                .Revoking(unproven, now, unproven.Registered(now)),
            ct);
        if (taken is not null)
        {
            revocations.Apply(taken.Revoked());
        }

        return taken;
    }

    private async Task<Account?> WriteAsync(FilterDefinition<Account> filter, UpdateDefinition<Account> update, CancellationToken ct)
    {
        try
        {
            var written = await _accounts.FindOneAndUpdateAsync(
                filter,
                update,
                new FindOneAndUpdateOptions<Account> { ReturnDocument = ReturnDocument.After, Projection = Builders<Account>.Projection.Exclude(a => a.Outbox) },
                ct);
            signal.Raise();
            return written;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // The person was linked to another account in this instant.
            return null;
        }
    }
}
