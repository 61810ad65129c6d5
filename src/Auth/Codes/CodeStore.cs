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
    private static readonly FilterDefinitionBuilder<Code> Filter = Builders<Code>.Filter;

    private readonly IMongoCollection<Code> _codes = database.GetCollection<Code>(Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _codes.Indexes.CreateOneAsync(
        new CreateIndexModel<Code>(Builders<Code>.IndexKeys.Ascending(code => code.DeleteAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
        cancellationToken: ct);

    /// <summary>What an address has; an unwritten document with version 0 when that is nothing.</summary>
    public async Task<Code> GetAsync(string key, CancellationToken ct) =>
        await _codes.Find(code => code.Key == key).Project<Code>(WithoutOutbox).FirstOrDefaultAsync(ct) ?? new Code { Key = key };

    /// <summary>Gives a flow a new code, or an appearance of one, with the event that has it mailed.</summary>
    /// <returns>False when somebody else was faster; then nothing changed.</returns>
    public async Task<bool> TrySendAsync(Code read, string id, CodeFlow flow, CodeSent sent, object[] events, CancellationToken ct)
    {
        var isWritten = await TryWriteAsync(
            read,
            id,
            Update
                .Set(Path(id), flow)
                .Set(code => code.Sent, [.. read.Sent.Where(earlier => sent.At < earlier.At + Code.Day), sent])
                .Set(code => code.Attempts, 0)
                .Publishing(sent.At, events),
            ct);
        if (events.Length > 0)
        {
            // Not for nothing: a relay that sets to work in the middle of a request would slow down what follows, for known addresses only.
            signal.Raise();
        }

        return isWritten;
    }

    /// <summary>Notes what a flow wants, without a new code for it: an older one stays good.</summary>
    /// <returns>False when somebody else was faster; then nothing changed.</returns>
    public Task<bool> TryNoteAsync(Code read, string id, CodeFlow flow, CancellationToken ct) => TryWriteAsync(
        read,
        id,
        read.Flows.ContainsKey(id) ? Update.Set(Path(id, "details"), flow.Details).Set(Path(id, "at"), flow.At) : Update.Set(Path(id), flow),
        ct);

    /// <summary>Takes one of the tries, before anything is compared: as many callers as there may be, no more than that get one.</summary>
    /// <returns>What to compare with, or null when the tries are used up.</returns>
    public async Task<CodeFlow?> TryTakeAttemptAsync(string key, string id, CancellationToken ct) => (await _codes.FindOneAndUpdateAsync(
        Filter.Eq(code => code.Key, key) & Filter.Lt(Path(id, "attempts"), Code.Tries),
        Update.Inc(Path(id, "attempts"), 1),
        new FindOneAndUpdateOptions<Code> { Projection = WithoutOutbox },
        ct))?.Flows[id];

    /// <summary>The same for a caller whom no flow belongs to, and who therefore cannot be right.</summary>
    public async Task<bool> TryTakeStrangersAttemptAsync(string key, CancellationToken ct)
    {
        try
        {
            return await TakeStrangersAsync(key, orMake: true, ct);
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // The document is there: its tries are used up, unless another request made it this instant.
            return await TakeStrangersAsync(key, orMake: false, ct);
        }
    }

    /// <summary>
    /// Uses a code up: of all who enter it at once, one succeeds. All others of the address are worthless from now on, and what was entered
    /// with them is forgotten. So are the tries: an address that was proven today must not look as if somebody had guessed.
    /// </summary>
    public async Task<bool> TryUseAsync(string key, string id, CodeFlow flow, CancellationToken ct)
    {
        var used = new CodeFlow { Client = flow.Client, At = flow.At, CodeId = flow.CodeId, Hash = flow.Hash, ExpiresAt = flow.ExpiresAt, IsUsed = true };
        var result = await _codes.UpdateOneAsync(
            Filter.Eq(code => code.Key, key) & Filter.Eq(Path(id, "codeId"), flow.CodeId) & Filter.Ne(Path(id, "isUsed"), true),
            Update.Set(code => code.Flows, new Dictionary<string, CodeFlow> { [id] = used }).Set(code => code.Attempts, 0).Inc(code => code.Version, 1),
            cancellationToken: ct);
        return result.ModifiedCount == 1;
    }

    /// <summary>
    /// Makes the codes of an address worthless, so that it can sign up anew as another account. What stays for a day is how many were sent:
    /// deleting and signing up in turn must not fill a mailbox.
    /// </summary>
    public Task WithdrawAsync(string email, CancellationToken ct) => _codes.UpdateManyAsync(
        Filter.In(code => code.Key, CodePurposes.All.Select(purpose => Code.KeyOf(purpose, email))),
        Update.Set(code => code.Flows, []).Inc(code => code.Version, 1),
        cancellationToken: ct);

    private async Task<bool> TryWriteAsync(Code read, string id, UpdateDefinition<Code> update, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        update = update.Set(code => code.Version, read.Version + 1).Set(code => code.DeleteAt, now + Code.Day);
        update = read.Outdated(now, id).Aggregate(update, (all, outdated) => all.Unset(Path(outdated)));
        try
        {
            var result = await _codes.UpdateOneAsync(
                code => code.Key == read.Key && code.Version == read.Version, update, new UpdateOptions { IsUpsert = read.Version == 0 }, ct);
            return result.MatchedCount == 1 || result.UpsertedId is not null;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return false;
        }
    }

    private async Task<bool> TakeStrangersAsync(string key, bool orMake, CancellationToken ct)
    {
        var result = await _codes.UpdateOneAsync(
            code => code.Key == key && code.Attempts < Code.Tries,
            Update.Inc(code => code.Attempts, 1)
                .SetOnInsert(code => code.Version, 0)
                .SetOnInsert(code => code.DeleteAt, clock.GetUtcNow() + Code.Day),
            new UpdateOptions { IsUpsert = orMake },
            ct);
        return result.MatchedCount == 1 || result.UpsertedId is not null;
    }

    private static string Path(string id) => $"flows.{id}";

    private static string Path(string id, string field) => $"flows.{id}.{field}";

    private static ProjectionDefinition<Code> WithoutOutbox => Builders<Code>.Projection.Exclude(code => code.Outbox);
}
