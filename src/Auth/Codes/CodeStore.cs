using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Auth.Codes;

/// <summary>Collection <c>codes</c>.</summary>
internal sealed class CodeStore(IMongoDatabase database, OutboxSignal signal, TimeProvider clock) : ICreatesIndexes
{
    public const string Collection = "codes";

    private static readonly UpdateDefinitionBuilder<Code> Update = Builders<Code>.Update;

    private readonly IMongoCollection<Code> _codes = database.GetCollection<Code>(Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _codes.Indexes.CreateOneAsync(
        new CreateIndexModel<Code>(Builders<Code>.IndexKeys.Ascending(code => code.DeleteAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
        cancellationToken: ct);

    /// <summary>What an address has; an unwritten document with version 0 when that is nothing.</summary>
    public async Task<Code> GetAsync(string key, CancellationToken ct) =>
        await _codes.Find(code => code.Key == key).Project<Code>(WithoutOutbox).FirstOrDefaultAsync(ct) ?? new Code { Key = key };

    /// <summary>Puts a new code in the place of the one that was read, with the event that has it mailed.</summary>
    /// <returns>False when somebody else was faster; then nothing changed.</returns>
    public async Task<bool> TryReplaceAsync(Code read, Code next, object[] events, CancellationToken ct)
    {
        var update = Update
            .Set(code => code.Version, next.Version)
            .Set(code => code.CodeId, next.CodeId)
            .Set(code => code.UserId, next.UserId)
            .Set(code => code.SignUp, next.SignUp)
            .Set(code => code.Attempts, 0)
            .Set(code => code.SentAt, next.SentAt)
            .Set(code => code.ExpiresAt, next.ExpiresAt)
            .Set(code => code.DayStart, next.DayStart)
            .Set(code => code.SentInDay, next.SentInDay)
            .Set(code => code.DeleteAt, next.DeleteAt);
        update = next.Hash is null ? update.Unset(code => code.Hash) : update.Set(code => code.Hash, next.Hash);
        update = next.PasswordHash is null ? update.Unset(code => code.PasswordHash) : update.Set(code => code.PasswordHash, next.PasswordHash);
        try
        {
            var result = await _codes.UpdateOneAsync(
                code => code.Key == read.Key && code.Version == read.Version,
                update.Publishing(next.SentAt, events),
                new UpdateOptions { IsUpsert = read.Version == 0 },
                ct);
            signal.Raise();
            return result.MatchedCount == 1 || result.UpsertedId is not null;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return false;
        }
    }

    /// <summary>Takes one of the tries, before anything is compared: as many callers as there may be, no more than that get one.</summary>
    /// <returns>What to compare with, or null when the tries are used up.</returns>
    public async Task<Code?> TryTakeAttemptAsync(string key, CancellationToken ct)
    {
        try
        {
            return await TakeAsync(key, orMake: true, ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // The document is there: its tries are used up, unless another request made it this instant.
            return await TakeAsync(key, orMake: false, ct);
        }
    }

    /// <summary>Forgets the tries that led to a proof: an address that was proven today must not look as if somebody had guessed.</summary>
    public Task ForgetAttemptsAsync(Code proven, CancellationToken ct) => _codes.UpdateOneAsync(
        code => code.Key == proven.Key && code.Version == proven.Version, Update.Set(code => code.Attempts, 0), cancellationToken: ct);

    /// <summary>
    /// Makes the codes of an address worthless, so that it can sign up anew as another account. What stays for a day is how many were sent:
    /// deleting and signing up in turn must not fill a mailbox.
    /// </summary>
    public Task WithdrawAsync(string email, CancellationToken ct) => _codes.UpdateManyAsync(
        Builders<Code>.Filter.In(code => code.Key, CodePurposes.All.Select(purpose => Code.KeyOf(purpose, email))),
        Update.Unset(code => code.Hash).Unset(code => code.PasswordHash).Unset(code => code.UserId).Inc(code => code.Version, 1),
        cancellationToken: ct);

    private async Task<Code?> TakeAsync(string key, bool orMake, CancellationToken ct) => await _codes.FindOneAndUpdateAsync(
        Builders<Code>.Filter.Where(code => code.Key == key && code.Attempts < Code.Tries),
        Update.Inc(code => code.Attempts, 1)
            .SetOnInsert(code => code.Version, 0)
            .SetOnInsert(code => code.DeleteAt, clock.GetUtcNow() + Code.Day),
        new FindOneAndUpdateOptions<Code> { IsUpsert = orMake, ReturnDocument = ReturnDocument.After, Projection = WithoutOutbox },
        ct);

    private static ProjectionDefinition<Code> WithoutOutbox => Builders<Code>.Projection.Exclude(code => code.Outbox);
}
