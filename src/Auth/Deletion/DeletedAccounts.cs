using MongoDB.Bson;
using MongoDB.Bson.Serialization;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Auth.Deletion;

/// <summary>The documents of collection <c>accounts</c> whose owners have left.</summary>
internal sealed class DeletedAccounts(IMongoDatabase database, OutboxSignal signal, Revocations revocations, TimeProvider clock) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<Account> Filter = Builders<Account>.Filter;
    private static readonly UpdateDefinitionBuilder<Account> Update = Builders<Account>.Update;
    private static readonly ProjectionDefinition<Account, Account> WithoutOutbox = Builders<Account>.Projection.Exclude(a => a.Outbox);

    // Whatever an account will hold one day is personal unless it is named here.
    private static readonly string[] Kept =
    [
        nameof(Account.Id), nameof(Account.Version), nameof(Account.Email), nameof(Account.Username), nameof(Account.UsernameKey), nameof(Account.Name),
        nameof(Account.Role), nameof(Account.Verified), nameof(Account.DeletedAt), nameof(Account.ForgetAt), nameof(Account.Outbox),
        nameof(Account.Generation), nameof(Account.SessionsFrom), nameof(Account.KeptSession), nameof(Account.RevokedAt),
    ];

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _accounts.Indexes.CreateManyAsync(
        [
            new(Builders<Account>.IndexKeys.Ascending(a => a.ForgetAt), new CreateIndexOptions { Name = "forget_at", Sparse = true }),
            new(
                Builders<Account>.IndexKeys.Ascending(a => a.Role),
                new CreateIndexOptions<Account> { Name = "administrators", PartialFilterExpression = Filter.Eq(a => a.Role, Roles.Admin) }),
        ],
        ct);

    public Task<bool> IsLastAdministratorAsync(Account account, CancellationToken ct) => account.Role == Roles.Admin
        ? IsAloneAsync(account, ct)
        : Task.FromResult(false);

    /// <summary>Takes everything personal out of an account and has it told, in one write. Of two who do so one succeeds.</summary>
    /// <param name="id">The account.</param>
    /// <param name="forgetAt">When <see cref="DeletedAccountLeftovers"/> looks after it.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The account as it was before, or null when it is gone already.</returns>
    public async Task<Account?> EraseAsync(ObjectId id, DateTimeOffset forgetAt, CancellationToken ct)
    {
        while (await _accounts.Find(Filter.Eq(a => a.Id, id) & AccountStore.Present).Project(WithoutOutbox).FirstOrDefaultAsync(ct) is { } account)
        {
            var asRead = Filter.Eq(a => a.Id, id) & Filter.Eq(a => a.Version, account.Version);
            var deleted = Rest(account);
            var before = await _accounts.FindOneAndUpdateAsync(
                asRead, Erasing(deleted, forgetAt), new FindOneAndUpdateOptions<Account> { ReturnDocument = ReturnDocument.Before, Projection = WithoutOutbox }, ct);
            if (before is not null)
            {
                signal.Raise();
                revocations.Apply(deleted.Revoked());
                return before;
            }
        }

        return null;
    }

    /// <summary>Some of those whose leftovers are to be looked for by now.</summary>
    public Task<List<Account>> FindForgettableAsync(int limit, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        return _accounts.Find(a => a.ForgetAt <= now).SortBy(a => a.ForgetAt).Limit(limit).Project(WithoutOutbox).ToListAsync(ct);
    }

    public Task MarkForgottenAsync(ObjectId id, CancellationToken ct) =>
        _accounts.UpdateOneAsync(a => a.Id == id, Update.Unset(a => a.ForgetAt), cancellationToken: ct);

    private async Task<bool> IsAloneAsync(Account account, CancellationToken ct) =>
        !await _accounts.Find(Filter.Eq(a => a.Role, Roles.Admin) & Filter.Ne(a => a.Id, account.Id) & Filter.Eq(a => a.Blocked, false)).AnyAsync(ct);

    // What is left of an account when everything personal is gone.
    private Account Rest(Account account)
    {
        var rest = new Account
        {
            Id = account.Id,
            Version = account.Version + 1,
            // Unique like every address and user name, and none that anybody could have.
            Email = $"deleted:{account.Id}",
            Username = "",
            UsernameKey = $"deleted:{account.Id}",
            Name = UserCard.DeletedName,
            Role = Roles.Deleted,
            Generation = account.Generation,
        };
        rest.EndSessions(clock.GetUtcNow());
        return rest;
    }

    private UpdateDefinition<Account> Erasing(Account deleted, DateTimeOffset forgetAt)
    {
        var now = clock.GetUtcNow();
        var update = Update
            .Set(a => a.Version, deleted.Version)
            .Set(a => a.Email, deleted.Email)
            .Set(a => a.Username, deleted.Username)
            .Set(a => a.UsernameKey, deleted.UsernameKey)
            .Set(a => a.Name, deleted.Name)
            .Set(a => a.Role, deleted.Role)
            .Set(a => a.DeletedAt, now)
            .Set(a => a.ForgetAt, forgetAt)
            // What could not be published is about somebody who is gone.
            .Unset(a => a.Outbox.Parked)
            .Revoking(deleted, now, deleted.Deleted(now));
        return BsonClassMap.LookupClassMap(typeof(Account)).AllMemberMaps
            .Where(member => !Kept.Contains(member.MemberName))
            .Aggregate(update, (changes, member) => changes.Unset(member.ElementName));
    }
}
