using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Chat.Conversations;

/// <summary>The collection <c>chats</c>.</summary>
internal sealed class ConversationStore(IMongoDatabase database) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<Conversation> Filter = Builders<Conversation>.Filter;
    private static readonly UpdateDefinitionBuilder<Conversation> Update = Builders<Conversation>.Update;

    private readonly IMongoCollection<Conversation> _chats = database.GetCollection<Conversation>("chats");

    public Task CreateIndexesAsync(CancellationToken ct)
    {
        var keys = Builders<Conversation>.IndexKeys;
        return _chats.Indexes.CreateManyAsync(
            [
                new(keys.Ascending(c => c.Pair), new CreateIndexOptions { Name = "pair", Unique = true }),
                new(
                    keys.Ascending(c => c.Participants).Descending(c => c.LastMessageAt).Descending(c => c.Id),
                    new CreateIndexOptions { Name = "participant_newest" }),
            ],
            ct);
    }

    public async Task<Conversation?> FindAsync(Pair pair, CancellationToken ct) =>
        await _chats.Find(c => c.Pair == pair.Key).FirstOrDefaultAsync(ct);

    /// <summary>The pair's conversation, begun now unless there is one.</summary>
    public async Task<Conversation> OpenAsync(Pair pair, CancellationToken ct)
    {
        if (await FindAsync(pair, ct) is { } known)
        {
            return known;
        }

        var chat = new Conversation { Id = ObjectId.GenerateNewId(), Pair = pair.Key, Participants = [pair.Lower, pair.Upper] };
        try
        {
            await _chats.InsertOneAsync(chat, cancellationToken: ct);
            return chat;
        }
        catch (MongoException e) when (e.IsDuplicateKey("pair"))
        {
            return await _chats.Find(c => c.Pair == pair.Key).SingleAsync(ct);
        }
    }

    /// <summary>All of somebody's conversations.</summary>
    public IAsyncEnumerable<Conversation> OfAsync(ObjectId person, CancellationToken ct) => _chats.Find(Filter.AnyEq(c => c.Participants, person)).StreamAsync(ct);

    /// <summary>Moves the summary forward to a message; a newer summary stays.</summary>
    public Task AdvanceAsync(Message message, string sealedPreview, CancellationToken ct) => _chats.UpdateOneAsync(
        c => c.Id == message.ChatId && c.LastSeq < message.Seq,
        Update
            .Set(c => c.LastSeq, message.Seq)
            .Set(c => c.LastMessageId, message.Id)
            .Set(c => c.LastSenderId, message.SenderId)
            .Set(c => c.LastMessage, sealedPreview)
            .Set(c => c.LastMessageAt, message.CreatedAt)
            .Set(c => c.Sent, message.Sent),
        cancellationToken: ct);

    /// <summary>Moves a reader's mark forward to a message; a mark beyond it stays.</summary>
    public Task MarkReadAsync(ObjectId reader, Pair pair, Message upTo, CancellationToken ct) => reader == pair.Lower
        ? _chats.UpdateOneAsync(
            c => c.Id == upTo.ChatId && c.LowerRead.Seq < upTo.Seq,
            Update.Set(c => c.LowerRead, new ReadMark { Seq = upTo.Seq, Seen = upTo.Sent.Upper }),
            cancellationToken: ct)
        : _chats.UpdateOneAsync(
            c => c.Id == upTo.ChatId && c.UpperRead.Seq < upTo.Seq,
            Update.Set(c => c.UpperRead, new ReadMark { Seq = upTo.Seq, Seen = upTo.Sent.Lower }),
            cancellationToken: ct);

    /// <summary>Somebody's conversations that hold a message, newest first.</summary>
    public Task<List<Conversation>> ListAsync(ObjectId person, NewestFirst<ObjectId> page, CancellationToken ct)
    {
        var wanted = Filter.AnyEq(c => c.Participants, person) & Filter.Gt(c => c.LastSeq, 0);
        if (page.After is var (at, id))
        {
            wanted &= Filter.Lt(c => c.LastMessageAt, at) | (Filter.Eq(c => c.LastMessageAt, at) & Filter.Lt(c => c.Id, id));
        }

        return _chats.Find(wanted)
            .SortByDescending(c => c.LastMessageAt).ThenByDescending(c => c.Id)
            .Limit(page.Count)
            .ToListAsync(ct);
    }
}
