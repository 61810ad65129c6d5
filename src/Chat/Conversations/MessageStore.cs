using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Chat.Conversations;

internal enum InsertOutcome
{
    Inserted,
    SeqTaken,
    SentBefore,
}

/// <summary>The collection <c>messages</c>.</summary>
internal sealed class MessageStore(IMongoDatabase database) : ICreatesIndexes
{
    private const string BySeq = "chat_seq";
    private const string ByClientId = "chat_sender_client_id";

    private readonly IMongoCollection<Message> _messages = database.GetCollection<Message>("messages");

    public Task CreateIndexesAsync(CancellationToken ct)
    {
        var keys = Builders<Message>.IndexKeys;
        return _messages.Indexes.CreateManyAsync(
            [
                new(keys.Ascending(m => m.ChatId).Ascending(m => m.Seq), new CreateIndexOptions { Name = BySeq, Unique = true }),
                new(
                    keys.Ascending(m => m.ChatId).Ascending(m => m.SenderId).Ascending(m => m.ClientMessageId),
                    new CreateIndexOptions<Message>
                    {
                        Name = ByClientId,
                        Unique = true,
                        PartialFilterExpression = Builders<Message>.Filter.Exists(m => m.ClientMessageId),
                    }),
            ],
            ct);
    }

    public async Task<InsertOutcome> TryInsertAsync(Message message, CancellationToken ct)
    {
        try
        {
            await _messages.InsertOneAsync(message, cancellationToken: ct);
            return InsertOutcome.Inserted;
        }
        catch (MongoException e) when (e.IsDuplicateKey(BySeq))
        {
            return InsertOutcome.SeqTaken;
        }
        catch (MongoException e) when (e.IsDuplicateKey(ByClientId))
        {
            return InsertOutcome.SentBefore;
        }
    }

    /// <summary>What somebody sent under a client message id.</summary>
    public Task<Message> SentBeforeAsync(Message again, CancellationToken ct) => _messages
        .Find(m => m.ChatId == again.ChatId && m.SenderId == again.SenderId && m.ClientMessageId == again.ClientMessageId)
        .SingleAsync(ct);

    /// <summary>A message of somebody in a conversation, or null.</summary>
    public async Task<Message?> FindAsync(ObjectId chatId, ObjectId id, ObjectId sender, CancellationToken ct) =>
        await _messages.Find(m => m.Id == id && m.ChatId == chatId && m.SenderId == sender).FirstOrDefaultAsync(ct);

    /// <summary>All messages of a conversation, oldest first.</summary>
    public IAsyncEnumerable<Message> OfAsync(ObjectId chatId, CancellationToken ct) => _messages.Find(m => m.ChatId == chatId).SortBy(m => m.Seq).StreamAsync(ct);

    /// <summary>The newest message with at most this number, or null.</summary>
    public Task<Message?> LastAsync(ObjectId chatId, long atMost, CancellationToken ct) => _messages
        .Find(m => m.ChatId == chatId && m.Seq <= atMost)
        .SortByDescending(m => m.Seq)
        .FirstOrDefaultAsync(ct)!;

    /// <summary>The newest messages below a number, oldest first.</summary>
    public async Task<List<Message>> PageAsync(ObjectId chatId, long before, int limit, CancellationToken ct)
    {
        var page = await _messages
            .Find(m => m.ChatId == chatId && m.Seq < before)
            .SortByDescending(m => m.Seq)
            .Limit(limit)
            .ToListAsync(ct);
        page.Reverse();
        return page;
    }
}
