using MongoDB.Driver;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// "Have I done this message?", for effects that no version or unique key guards. A message is noted before its work begins and marked
/// after it ended, so a crash between both does not lose the effect: the note's lease ends and the redelivered message does the work.
/// Such work may therefore have been done halfway before.
/// </summary>
public sealed class Inbox(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes
{
    private const string Started = "started";
    private const string Done = "done";

    /// <summary>How long a consumer may take; consumers' retries together last longer than this.</summary>
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(10);

    /// <summary>Longer than any message is replayed from an error queue.</summary>
    private static readonly TimeSpan Kept = TimeSpan.FromDays(14);

    private static readonly FilterDefinitionBuilder<Note> Filter = Builders<Note>.Filter;
    private static readonly UpdateDefinitionBuilder<Note> Update = Builders<Note>.Update;

    private readonly IMongoCollection<Note> _notes = database.GetCollection<Note>("inbox");

    /// <inheritdoc/>
    public Task CreateIndexesAsync(CancellationToken ct) => _notes.Indexes.CreateOneAsync(
        new CreateIndexModel<Note>(Builders<Note>.IndexKeys.Ascending(n => n.At), new CreateIndexOptions { Name = "expiry", ExpireAfter = Kept }),
        cancellationToken: ct);

    /// <summary>Does <paramref name="work"/> unless it was done for this message before; then the answer is false.</summary>
    /// <exception cref="MessageInProgressException">Another consumer is at it. Let it escape: the message comes again.</exception>
    public async Task<bool> OnceAsync(string consumer, Guid messageId, Func<CancellationToken, Task> work, CancellationToken ct)
    {
        var note = new Note { Id = $"{consumer}|{messageId:N}", State = Started, LeaseUntil = clock.GetUtcNow() + Lease, At = clock.GetUtcNow() };

        if (!await TryBeginAsync(note, ct))
        {
            return false;
        }

        CrashPoints.Reached(CrashPoints.InboxNoted);

        try
        {
            await work(ct);
        }
        catch
        {
            // The next try need not wait for the lease to end.
            await _notes.DeleteOneAsync(Mine(note), CancellationToken.None);
            throw;
        }

        CrashPoints.Reached(CrashPoints.InboxWorked);
        await _notes.UpdateOneAsync(Mine(note), Update.Set(n => n.State, Done), cancellationToken: CancellationToken.None);
        CrashPoints.Reached(CrashPoints.InboxMarked);
        return true;
    }

    private static FilterDefinition<Note> Mine(Note note) => Filter.Eq(n => n.Id, note.Id) & Filter.Eq(n => n.LeaseUntil, note.LeaseUntil);

    private async Task<bool> TryBeginAsync(Note note, CancellationToken ct)
    {
        try
        {
            await _notes.InsertOneAsync(note, cancellationToken: ct);
            return true;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            var takenOver = await _notes.UpdateOneAsync(
                Filter.Eq(n => n.Id, note.Id) & Filter.Eq(n => n.State, Started) & Filter.Lte(n => n.LeaseUntil, note.At),
                Update.Set(n => n.LeaseUntil, note.LeaseUntil),
                cancellationToken: ct);

            if (takenOver.MatchedCount == 1)
            {
                return true;
            }
        }

        return await _notes.Find(Filter.Eq(n => n.Id, note.Id) & Filter.Eq(n => n.State, Done)).AnyAsync(ct)
            ? false
            : throw new MessageInProgressException(note.Id);
    }

    private sealed class Note
    {
        public required string Id { get; set; }

        public required string State { get; set; }

        public required DateTimeOffset LeaseUntil { get; set; }

        public required DateTimeOffset At { get; set; }
    }
}

/// <summary>A consumer works on the same message at this moment, or died at it some seconds ago.</summary>
public sealed class MessageInProgressException(string note) : Exception($"{note} is being worked on.");
