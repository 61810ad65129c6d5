using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders.Idempotency;

/// <summary>Requests under a key (collection <c>idempotency</c>), found by id only.</summary>
internal sealed class IdempotencyRecords(IMongoDatabase database) : ICreatesIndexes, IForgetsUsers
{
    /// <summary>How long a key is remembered.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromHours(24);

    private static readonly FilterDefinitionBuilder<IdempotencyRecord> Filter = Builders<IdempotencyRecord>.Filter;
    private static readonly UpdateDefinitionBuilder<IdempotencyRecord> Update = Builders<IdempotencyRecord>.Update;

    private readonly IMongoCollection<IdempotencyRecord> _records = database.GetCollection<IdempotencyRecord>("idempotency");

    public Task CreateIndexesAsync(CancellationToken ct) => _records.Indexes.CreateOneAsync(
        new CreateIndexModel<IdempotencyRecord>(
            Builders<IdempotencyRecord>.IndexKeys.Ascending(r => r.At), new CreateIndexOptions { Name = "expiry", ExpireAfter = Kept }),
        cancellationToken: ct);

    public async Task<IdempotencyRecord?> FindAsync(string id, CancellationToken ct) => await _records.Find(r => r.Id == id).FirstOrDefaultAsync(ct);

    /// <summary>What a deleted account asked for, and was answered.</summary>
    public Task ForgetAsync(ObjectId user, CancellationToken ct) => _records.DeleteManyAsync(
        Filter.Gte(r => r.Id, IdempotencyRecord.IdOf(user, "")) & Filter.Lt(r => r.Id, IdempotencyRecord.IdOf(user, "\uffff")), ct);

    /// <summary>False when there is one under this key.</summary>
    public async Task<bool> TryAddAsync(IdempotencyRecord record, CancellationToken ct)
    {
        try
        {
            await _records.InsertOneAsync(record, cancellationToken: ct);
            return true;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return false;
        }
    }

    /// <summary>Puts a new one in the place of one whose time is over; false when another was quicker.</summary>
    public async Task<bool> TryReplaceAsync(IdempotencyRecord known, IdempotencyRecord record, CancellationToken ct) =>
        (await _records.ReplaceOneAsync(r => r.Id == known.Id && r.At == known.At, record, cancellationToken: ct)).MatchedCount == 1;

    /// <summary>Goes on where somebody has stopped; false when another was quicker.</summary>
    public async Task<bool> TryTakeOverAsync(IdempotencyRecord known, DateTimeOffset until, CancellationToken ct) =>
        (await _records.UpdateOneAsync(LeasedAs(known), Update.Set(r => r.LeaseUntil, until), cancellationToken: ct)).MatchedCount == 1;

    /// <summary>Stores the answer unless there is one; whose lease it is makes no difference.</summary>
    public async Task<bool> TryFinishAsync(IdempotencyRecord record, StoredAnswer answer, CancellationToken ct) =>
        (await _records.UpdateOneAsync(
            Unfinished(record), Update.Set(r => r.Answer, answer).Unset(r => r.LeaseUntil), cancellationToken: ct)).MatchedCount == 1;

    /// <summary>Tells that nobody is at it any more.</summary>
    public Task ReleaseAsync(IdempotencyRecord record, CancellationToken ct) =>
        _records.UpdateOneAsync(LeasedAs(record), Update.Unset(r => r.LeaseUntil), cancellationToken: ct);

    private static FilterDefinition<IdempotencyRecord> Unfinished(IdempotencyRecord record) =>
        Filter.Eq(r => r.Id, record.Id) & Filter.Eq(r => r.At, record.At) & Filter.Exists(r => r.Answer, false);

    private static FilterDefinition<IdempotencyRecord> LeasedAs(IdempotencyRecord record) =>
        Unfinished(record) & Filter.Eq(r => r.LeaseUntil, record.LeaseUntil);
}
