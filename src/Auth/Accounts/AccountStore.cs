using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Codes;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Auth.Accounts;

/// <summary>Collection <c>accounts</c>: who exists. Changes are conditional single-document updates.</summary>
internal sealed class AccountStore(IMongoDatabase database, OutboxSignal signal, Revocations revocations, TimeProvider clock) : ICreatesIndexes
{
    public const string Collection = "accounts";
    public const string UsernameIndex = "username_unique";

    private static readonly UpdateDefinitionBuilder<Account> Update = Builders<Account>.Update;
    private static readonly FilterDefinitionBuilder<Account> Filter = Builders<Account>.Filter;
    private static readonly IndexKeysDefinitionBuilder<Account> Keys = Builders<Account>.IndexKeys;

    /// <summary>Not deleted by its owner. Every write that is not made against a version needs it: nothing may come back into a deleted account.</summary>
    public static readonly FilterDefinition<Account> Present = Filter.Exists(a => a.DeletedAt, false);

    private static readonly FilterDefinition<Account> Unproven = Filter.Eq(a => a.Verified, false);

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _accounts.Indexes.CreateManyAsync(
        [
            new(Keys.Ascending(a => a.Email), new CreateIndexOptions { Name = "email_unique", Unique = true }),
            new(Keys.Ascending(a => a.UsernameKey), new CreateIndexOptions { Name = UsernameIndex, Unique = true }),
            new(
                Keys.Ascending(a => a.GoogleSubject),
                new CreateIndexOptions<Account> { Name = "google_unique", Unique = true, PartialFilterExpression = Filter.Exists(a => a.GoogleSubject) }),
            new(
                Keys.Ascending(a => a.Verified).Ascending(a => a.UnprovenUntil),
                new CreateIndexOptions<Account> { Name = "unproven_until", PartialFilterExpression = Filter.Eq(a => a.Verified, false) }),
            new(
                Keys.Ascending(a => a.RevokedAt),
                new CreateIndexOptions<Account> { Name = "revoked_at", PartialFilterExpression = Filter.Exists(a => a.RevokedAt) }),
        ],
        ct);

    public Task<Account?> FindAsync(ObjectId id, CancellationToken ct) => FirstAsync(Filter.Eq(a => a.Id, id) & Present, ct);

    public Task<Account?> FindByEmailAsync(string email, CancellationToken ct) => FirstAsync(Filter.Eq(a => a.Email, email), ct);

    /// <summary>Who has the address, what was entered with it though it has an owner (<see cref="WriteSignUpAsync"/>), and who has the user name.</summary>
    public async Task<(Account? ByEmail, Account? Claim, Account? ByUsername)> FindNamesakesAsync(string email, string claim, string username, CancellationToken ct)
    {
        var key = Account.KeyOf(username);
        var found = await Read(Filter.Or(Filter.In(a => a.Email, [email, claim]), Filter.Eq(a => a.UsernameKey, key))).ToListAsync(ct);
        return (found.Find(a => a.Email == email), found.Find(a => a.Email == claim), found.Find(a => a.UsernameKey == key));
    }

    /// <summary>Cards of proven accounts; a deleted one has an anonymous card, for those who only now hear of it.</summary>
    public async Task<IReadOnlyList<UserCardItem>> GetCardsAsync(IReadOnlyCollection<ObjectId> ids, CancellationToken ct) =>
        [.. (await Read(Filter.In(a => a.Id, ids) & Filter.Eq(a => a.Verified, true)).ToListAsync(ct)).Select(account => account.ToCard())];

    /// <summary>Writes down a sign-up that nobody has proven yet, over older ones with the same address: they keep its user name from others.</summary>
    /// <param name="signUp">What was entered.</param>
    /// <param name="email">Its address; for one that has an owner a stand-in, which is nobody's.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>What kept it from being written, or null.</returns>
    public async Task<SignUpClash?> WriteSignUpAsync(Account signUp, string email, CancellationToken ct)
    {
        try
        {
            await _accounts.UpdateOneAsync(
                Filter.Eq(a => a.Id, signUp.Id) & Unproven,
                Update
                    .Set(a => a.Email, email)
                    .Set(a => a.Username, signUp.Username)
                    .Set(a => a.UsernameKey, signUp.UsernameKey)
                    .Set(a => a.Name, signUp.Name)
                    .Set(a => a.Role, signUp.Role)
                    .Set(a => a.PasswordHash, signUp.PasswordHash)
                    .Set(a => a.UnprovenUntil, signUp.UnprovenUntil)
                    .SetOnInsert(a => a.JoinDate, signUp.JoinDate)
                    .SetOnInsert(a => a.Blocked, false)
                    .Inc(a => a.Version, 1),
                new UpdateOptions { IsUpsert = true },
                ct);
            return null;
        }
        catch (MongoException e) when (e.IsDuplicateKey(UsernameIndex))
        {
            return SignUpClash.Username;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return SignUpClash.Superseded;
        }
    }

    /// <summary>
    /// Makes the account of an address usable, with what was entered in the flow that proved it, whatever others have entered since. Without
    /// details no password counts. Null when the address is proven already, or was never signed up.
    /// </summary>
    public async Task<Account?> TryProveAsync(string email, SignUpDetails? details, CancellationToken ct)
    {
        var username = details?.Username;
        while (await FirstAsync(Filter.Eq(a => a.Email, email) & Unproven, ct) is { } account)
        {
            account.Verified = true;
            account.PasswordHash = details?.PasswordHash;
            account.Username = username ?? account.Username;
            account.UsernameKey = Account.KeyOf(account.Username);
            (account.Name, account.Role) = (details?.Name ?? account.Name, details?.Role ?? account.Role);
            var update = Update
                .Set(a => a.Verified, true)
                .Set(a => a.Username, account.Username)
                .Set(a => a.UsernameKey, account.UsernameKey)
                .Set(a => a.Name, account.Name)
                .Set(a => a.Role, account.Role)
                .Unset(a => a.UnprovenUntil);
            update = details is null ? update.Unset(a => a.PasswordHash) : update.Set(a => a.PasswordHash, details.PasswordHash);
            try
            {
                if (await TryChangeAsync(account, Unproven, _ => { }, update, proven => proven.Registered(clock.GetUtcNow()), ct) is { } proven)
                {
                    return proven;
                }
            }
            catch (MongoException e) when (e.IsDuplicateKey(UsernameIndex))
            {
                // A later sign-up took its place in this account's document, and somebody else took the name since.
                username = Usernames.WithSuffix(account.Username);
            }
        }

        return null;
    }

    /// <summary>Deletes the accounts that were to be proven by now. Who proves one in this instant wins or loses against it, never both.</summary>
    /// <returns>How many.</returns>
    public async Task<long> DeleteUnprovenAsync(CancellationToken ct) =>
        (await _accounts.DeleteManyAsync(Unproven & Filter.Lte(a => a.UnprovenUntil, clock.GetUtcNow()), ct)).DeletedCount;

    /// <summary>Puts a stronger hash of the same password in the place of the one that was read.</summary>
    public Task RehashAsync(Account account, string hash, CancellationToken ct) => _accounts.UpdateOneAsync(
        a => a.Id == account.Id && a.PasswordHash == account.PasswordHash, Update.Set(a => a.PasswordHash, hash), cancellationToken: ct);

    /// <summary>Inserts an account; false when its address, user name or Google account is taken.</summary>
    public async Task<bool> TryAddAsync(Account account, CancellationToken ct)
    {
        try
        {
            await _accounts.InsertOneAsync(account, cancellationToken: ct);
            signal.Raise();
            return true;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return false;
        }
    }

    /// <summary>Inserts accounts whose addresses need no proof: a demo's. The other services hear of them when told to announce.</summary>
    public async Task AddVerifiedAsync(IReadOnlyCollection<Account> accounts, bool announce, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        foreach (var account in accounts)
        {
            account.Verified = true;
            account.Outbox = announce ? Outbox.Holding(now, account.Registered(now)) : new Outbox();
        }

        await _accounts.InsertManyAsync(accounts, cancellationToken: ct);
        signal.Raise();
    }

    /// <summary>Changes what other people see of an account, however many do so at once; null when there is no such account.</summary>
    public Task<Account?> RenameAsync(ObjectId id, string name, CancellationToken ct) => ChangeAsync(
        id, account => account.Blocked || account.Name == name, account => account.Name = name, Update.Set(a => a.Name, name), Updated, ct);

    /// <summary>Gives an account another role, at once and everywhere.</summary>
    public Task<Account?> SetRoleAsync(ObjectId id, string role, CancellationToken ct) => ChangeAsync(
        id, account => account.Role == role, account => account.ChangeRole(role, clock.GetUtcNow()), Update.Set(a => a.Role, role), Updated, ct);

    /// <summary>Keeps the owner of an account out, and ends its sessions, or lets the owner in again.</summary>
    public Task<Account?> SetBlockedAsync(ObjectId id, bool blocked, CancellationToken ct) => ChangeAsync(
        id,
        account => account.Blocked == blocked,
        account =>
        {
            account.Blocked = blocked;
            if (blocked)
            {
                account.EndSessions(clock.GetUtcNow());
            }
        },
        Update.Set(a => a.Blocked, blocked),
        tell: null,
        ct);

    /// <summary>Ends all sessions of an account, or all but one; null when there is no such account.</summary>
    /// <param name="id">The account.</param>
    /// <param name="kept">The session that goes on.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="forbids">Looks at the account that is about to be changed; nothing happens when it is true.</param>
    public Task<Account?> EndSessionsAsync(ObjectId id, ObjectId? kept, CancellationToken ct, Predicate<Account>? forbids = null) => ChangeAsync(
        id, account => forbids?.Invoke(account) is true, account => account.EndSessions(clock.GetUtcNow(), kept), Update.Combine(), tell: null, ct);

    /// <summary>The accounts whose tokens were revoked since a moment, oldest first.</summary>
    public Task<List<Account>> GetRevokedSinceAsync(DateTimeOffset since, int limit, CancellationToken ct) =>
        Read(Filter.Gte(a => a.RevokedAt, since)).SortBy(a => a.RevokedAt).Limit(limit).ToListAsync(ct);

    private UserUpdated Updated(Account account) => account.Updated(clock.GetUtcNow());

    private async Task<Account?> ChangeAsync(
        ObjectId id, Predicate<Account> isDone, Action<Account> apply, UpdateDefinition<Account> update, Func<Account, object>? tell, CancellationToken ct)
    {
        while (true)
        {
            var account = await FindAsync(id, ct);
            if (account is null || isDone(account))
            {
                return account;
            }

            if (await TryChangeAsync(account, Filter.Empty, apply, update, tell, ct) is { } changed)
            {
                return changed;
            }
        }
    }

    // State and events in one write, against the version that was read: an event must not tell of what somebody else has changed since.
    // What apply does about sessions (Account.EndSessions) is written and told without being named here.
    private async Task<Account?> TryChangeAsync(
        Account read, FilterDefinition<Account> still, Action<Account> apply, UpdateDefinition<Account> update, Func<Account, object>? tell, CancellationToken ct)
    {
        var asRead = Filter.Eq(a => a.Id, read.Id) & Filter.Eq(a => a.Version, read.Version) & still;
        var generation = read.Generation;
        apply(read);
        read.Version++;
        var now = clock.GetUtcNow();
        object[] news = tell is null ? [] : [tell(read)];
        var changed = update.Set(a => a.Version, read.Version);
        var result = await _accounts.UpdateOneAsync(
            asRead, read.Generation == generation ? changed.Publishing(now, news) : changed.Revoking(read, now, news), cancellationToken: ct);
        signal.Raise();
        if (result.MatchedCount == 0)
        {
            return null;
        }

        if (read.Generation != generation)
        {
            revocations.Apply(read.Revoked());
        }

        return read;
    }

    private IFindFluent<Account, Account> Read(FilterDefinition<Account> filter) =>
        _accounts.Find(filter).Project<Account>(Builders<Account>.Projection.Exclude(a => a.Outbox));

    private async Task<Account?> FirstAsync(FilterDefinition<Account> filter, CancellationToken ct) =>
        await Read(filter).Limit(1).FirstOrDefaultAsync(ct);
}

/// <summary>Why a sign-up was not written down.</summary>
internal enum SignUpClash
{
    /// <summary>Another account took the user name in this instant.</summary>
    Username,

    /// <summary>A newer sign-up, or an owner who has proven the address, is there already.</summary>
    Superseded,
}
