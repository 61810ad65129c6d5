using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth.Addresses;

/// <summary>The addresses in the documents of collection <c>accounts</c>: wanted, present and former ones.</summary>
internal sealed class AddressStore(
    IMongoDatabase database, UndoTokens undo, OutboxSignal signal, Revocations revocations, SecurityLog security, TimeProvider clock) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<Account> Filter = Builders<Account>.Filter;
    private static readonly UpdateDefinitionBuilder<Account> Update = Builders<Account>.Update;

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _accounts.Indexes.CreateManyAsync(
        [
            new(Builders<Account>.IndexKeys.Ascending(a => a.WantedAddress!.Until), new CreateIndexOptions { Name = "wanted_address", Sparse = true }),
            new(Builders<Account>.IndexKeys.Ascending("formerAddresses.until"), new CreateIndexOptions { Name = "former_addresses", Sparse = true }),
        ],
        ct);

    /// <summary>Notes the address that an account wants, in the place of one that it wanted before. What ends sessions takes it back (<see cref="RevokingUpdates.Revoking"/>).</summary>
    /// <returns>False when the account has changed since it was read.</returns>
    public async Task<bool> TryWantAsync(Account account, string email, CancellationToken ct)
    {
        var wanted = new WantedAddress(email, clock.GetUtcNow() + WantedAddress.Life);
        return (await _accounts.UpdateOneAsync(AsRead(account), Update.Set(a => a.WantedAddress, wanted), cancellationToken: ct)).MatchedCount == 1;
    }

    /// <summary>
    /// Gives an account an address that its owner has proven, ends the other sessions, and has the address before told how to undo it, in one
    /// write. An account of the address that nobody has proven goes.
    /// </summary>
    /// <param name="account">As it was read.</param>
    /// <param name="email">The address.</param>
    /// <param name="kept">The session that goes on.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<AddressChange> TryMoveAsync(Account account, string email, ObjectId kept, CancellationToken ct)
    {
        var (now, before) = (clock.GetUtcNow(), account.Email);
        var read = AsRead(account);
        account.Email = email;
        account.Version++;
        account.EndSessions(now, kept);
        var until = now + FormerAddress.Life;
        var (told, hash) = undo.Add(new EmailChanged(account.Id.ToString(), account.Version, before, account.Name, null, until, now));
        account.FormerAddresses = [.. account.FormerAddresses.Where(former => now < former.Until), new FormerAddress(before, hash, until)];
        return WriteAsync(account, read, Update.Combine(), told, ct);
    }

    /// <summary>
    /// Gives an account back an address that it had, ends all sessions, and takes away its password, its link with Google, and a second factor
    /// that was switched on since: whoever has made the change may know or own them. Older addresses can still be brought back, later ones cannot.
    /// </summary>
    public Task<AddressChange> TryRestoreAsync(Account account, FormerAddress former, CancellationToken ct)
    {
        var (now, before) = (clock.GetUtcNow(), account.Email);
        var read = AsRead(account);
        account.Email = former.Email;
        account.Version++;
        account.EndSessions(now);
        account.FormerAddresses = [.. account.FormerAddresses.TakeWhile(older => older.Hash != former.Hash)];
        var told = new EmailChanged(account.Id.ToString(), account.Version, before, account.Name, null, null, now);
        var update = Update.Unset(a => a.PasswordHash).Unset(a => a.GoogleSubject);
        if (account.Authenticator is { OnSince: { } since } && since < former.LeftAt)
        {
            return WriteAsync(account, read, update, told, ct);
        }

        // Also one that waits for its first code: it may be entered in this instant.
        update = update.Unset(a => a.Authenticator);
        return account.HasSecondFactor
            ? WriteAsync(account, read, update, told, ct, new SecondFactorChanged(
                account.Id.ToString(), account.Version, account.Email, account.Name, SecondFactorChanges.SwitchedOff, 0, now))
            : WriteAsync(account, read, update, told, ct);
    }

    /// <summary>Forgets wanted addresses that nobody has proven, and former ones that cannot be brought back any more.</summary>
    /// <returns>In how many accounts.</returns>
    public async Task<long> ForgetAsync(CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var wanted = await _accounts.UpdateManyAsync(Filter.Lte(a => a.WantedAddress!.Until, now), Update.Unset(a => a.WantedAddress), cancellationToken: ct);
        var former = await _accounts.UpdateManyAsync(
            Filter.ElemMatch(a => a.FormerAddresses, address => address.Until <= now),
            Update.PullFilter(a => a.FormerAddresses, address => address.Until <= now),
            cancellationToken: ct);
        return wanted.ModifiedCount + former.ModifiedCount;
    }

    private static FilterDefinition<Account> AsRead(Account account) =>
        Filter.Eq(a => a.Id, account.Id) & Filter.Eq(a => a.Version, account.Version) & AccountStore.Present;

    private async Task<AddressChange> WriteAsync(
        Account account, FilterDefinition<Account> read, UpdateDefinition<Account> update, EmailChanged told, CancellationToken ct, params object[] others)
    {
        update = update
            .Set(a => a.Email, account.Email)
            .Set(a => a.Version, account.Version)
            .Set(a => a.FormerAddresses, account.FormerAddresses)
            .Revoking(account, told.At, [account.Updated(told.At), told, .. others]);
        while (true)
        {
            try
            {
                var result = await _accounts.UpdateOneAsync(read, update, cancellationToken: ct);
                signal.Raise();
                if (result.MatchedCount == 0)
                {
                    return AddressChange.Stale;
                }

                revocations.Apply(account.Revoked());
                security.Note(SecurityEvent.AddressChanged, account.Id.ToString(), told.SealedUndo is null ? "undone" : "by its owner");
                foreach (var factor in others.OfType<SecondFactorChanged>())
                {
                    security.Note(SecurityEvent.SecondFactorChanged, account.Id.ToString(), factor.Change);
                }

                return AddressChange.Done;
            }
            catch (MongoException e) when (e.IsDuplicateKey())
            {
                // Whoever signed up with it has not shown that it is theirs.
                if ((await _accounts.DeleteOneAsync(Filter.Eq(a => a.Email, account.Email) & Filter.Eq(a => a.Verified, false), ct)).DeletedCount == 0)
                {
                    return AddressChange.Taken;
                }
            }
        }
    }
}

/// <summary>What came of writing another address.</summary>
internal enum AddressChange
{
    Done,

    /// <summary>The account has changed since it was read.</summary>
    Stale,

    /// <summary>Another account has proven the address.</summary>
    Taken,
}
