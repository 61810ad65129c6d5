using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Blocking;

/// <summary>Somebody does not want to hear from somebody: the document of collection <c>blocks</c>.</summary>
internal sealed class Block
{
    /// <summary>Both, the blocking one first.</summary>
    public required string Id { get; init; }

    public required ObjectId Blocker { get; init; }

    public required ObjectId Blocked { get; init; }

    public required DateTimeOffset At { get; init; }

    public static string IdOf(ObjectId blocker, ObjectId blocked) => $"{blocker}_{blocked}";
}

/// <summary>Collection <c>blocks</c>.</summary>
internal sealed class BlockStore(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes, IForgetsUsers
{
    private static readonly FilterDefinitionBuilder<Block> Filter = Builders<Block>.Filter;

    private readonly IMongoCollection<Block> _blocks = database.GetCollection<Block>("blocks");

    public Task CreateIndexesAsync(CancellationToken ct)
    {
        var keys = Builders<Block>.IndexKeys;
        return _blocks.Indexes.CreateManyAsync(
            [
                new(keys.Ascending(b => b.Blocker).Descending(b => b.At).Descending(b => b.Id), new CreateIndexOptions { Name = "blocker_newest" }),
                new(keys.Ascending(b => b.Blocked), new CreateIndexOptions { Name = "blocked" }),
            ],
            ct);
    }

    /// <summary>Blocks somebody; again changes nothing.</summary>
    public Task AddAsync(ObjectId blocker, ObjectId blocked, CancellationToken ct) => _blocks.UpdateOneAsync(
        Filter.Eq(b => b.Id, Block.IdOf(blocker, blocked)),
        Builders<Block>.Update.SetOnInsert(b => b.Blocker, blocker).SetOnInsert(b => b.Blocked, blocked).SetOnInsert(b => b.At, clock.GetUtcNow()),
        new UpdateOptions { IsUpsert = true },
        ct);

    /// <summary>Lets somebody write again; again changes nothing.</summary>
    public Task RemoveAsync(ObjectId blocker, ObjectId blocked, CancellationToken ct) =>
        _blocks.DeleteOneAsync(b => b.Id == Block.IdOf(blocker, blocked), ct);

    /// <summary>Who of two has blocked the other; none, one or both.</summary>
    public async Task<IReadOnlyList<ObjectId>> BlockersAsync(ObjectId one, ObjectId other, CancellationToken ct) =>
        await _blocks.Find(Filter.In(b => b.Id, [Block.IdOf(one, other), Block.IdOf(other, one)])).Project(b => b.Blocker).ToListAsync(ct);

    /// <summary>Those of some people whom somebody has blocked.</summary>
    public async Task<IReadOnlySet<ObjectId>> BlockedAsync(ObjectId blocker, IEnumerable<ObjectId> people, CancellationToken ct) =>
        (await _blocks.Find(Filter.In(b => b.Id, people.Select(person => Block.IdOf(blocker, person)))).Project(b => b.Blocked).ToListAsync(ct)).ToHashSet();

    /// <summary>Whom somebody has blocked, the last first.</summary>
    public Task<List<Block>> ListAsync(ObjectId blocker, NewestFirst<string> page, CancellationToken ct)
    {
        var wanted = Filter.Eq(b => b.Blocker, blocker);
        if (page.After is var (at, id))
        {
            wanted &= Filter.Lt(b => b.At, at) | (Filter.Eq(b => b.At, at) & Filter.Lt(b => b.Id, id));
        }

        return _blocks.Find(wanted).SortByDescending(b => b.At).ThenByDescending(b => b.Id).Limit(page.Count).ToListAsync(ct);
    }

    /// <summary>All whom somebody has blocked.</summary>
    public IAsyncEnumerable<Block> OfAsync(ObjectId blocker, CancellationToken ct) => _blocks.Find(b => b.Blocker == blocker).StreamAsync(ct);

    /// <summary>Who has left neither blocks nor is blocked.</summary>
    public Task ForgetAsync(ObjectId user, CancellationToken ct) => _blocks.DeleteManyAsync(b => b.Blocker == user || b.Blocked == user, ct);
}
