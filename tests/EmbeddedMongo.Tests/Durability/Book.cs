using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Durability;

/// <summary>One writer's documents, and what was acknowledged of them. A document follows from its id and version, so that half a write would show.</summary>
internal sealed class Book(int writer, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, int> _versions = [];
    private (string Id, int? Before, int? After)? _inDoubt;
    private int _made;

    public static async Task<IMongoCollection<BsonDocument>> OpenAsync(MongoClient client)
    {
        var things = client.GetDatabase("d").GetCollection<BsonDocument>("things");
        await things.IndexAsync("{key: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await things.IndexAsync("{tags: 1, version: -1}");
        await things.IndexAsync("{text: 'text'}", new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none" });
        await things.IndexAsync("{even: 1}", new CreateIndexOptions<BsonDocument> { Sparse = true });
        return things;
    }

    /// <summary>One write, noted once it is acknowledged.</summary>
    public async Task WriteAsync(IMongoCollection<BsonDocument> things, CancellationToken ct)
    {
        var id = _versions.Count == 0 || _random.Next(3) == 0 ? $"{writer}-{_made++}" : _versions.Keys.ElementAt(_random.Next(_versions.Count));
        int? before = _versions.TryGetValue(id, out var version) ? version : null;
        int? after = before is null ? 0 : _random.Next(4) == 0 ? null : version + 1;
        _inDoubt = (id, before, after);
        if (before is null)
        {
            await things.InsertOneAsync(Document(id, 0), cancellationToken: ct);
        }
        else if (after is null)
        {
            Assert.Equal(1, (await things.DeleteOneAsync(new BsonDocument("_id", id), ct)).DeletedCount);
        }
        else if (_random.Next(2) == 0)
        {
            Assert.Equal(1, (await things.UpdateOneAsync(new BsonDocument("_id", id), Change(id, version + 1), cancellationToken: ct)).ModifiedCount);
        }
        else
        {
            Assert.Equal(Document(id, version), await things.FindOneAndUpdateAsync(new BsonDocument("_id", id), Change(id, version + 1), cancellationToken: ct));
        }

        Note(id, after);
        _inDoubt = null;
    }

    /// <summary>What is stored is what was acknowledged; only the write that got no answer may have happened or not.</summary>
    public void Compare(IReadOnlyList<BsonDocument> stored)
    {
        var mine = stored.Where(d => d["writer"] == writer).ToDictionary(d => d["_id"].AsString);
        if (_inDoubt is { } last)
        {
            int? now = mine.TryGetValue(last.Id, out var document) ? document["version"].AsInt32 : null;
            Assert.True(now == last.Before || now == last.After, $"{last.Id} has version {now}: neither {last.Before} nor {last.After}");
            Note(last.Id, now);
            _inDoubt = null;
        }

        Assert.Equal(_versions.Keys.Order(), mine.Keys.Order());
        Assert.All(_versions, v => Assert.Equal(Document(v.Key, v.Value), mine[v.Key]));
    }

    private void Note(string id, int? version)
    {
        if (version is { } known)
        {
            _versions[id] = known;
        }
        else
        {
            _versions.Remove(id);
        }
    }

    private BsonDocument Document(string id, int version)
    {
        var document = new BsonDocument { { "_id", id }, { "writer", writer }, { "version", version } };
        return document.AddRange(Derived(id, version));
    }

    private static BsonDocument Derived(string id, int version) => new()
    {
        { "key", $"{id}/{version}" },
        { "tags", new BsonArray(Enumerable.Range(0, version % 4).Select(i => $"t{version + i}").Append("all")) },
        { "text", $"word{version % 5} common {id}" },
        { "even", version % 2 == 0 ? new BsonDocument("n", version) : BsonNull.Value },
    };

    private static BsonDocument Change(string id, int version) => new() { { "$inc", new BsonDocument("version", 1) }, { "$set", Derived(id, version) } };
}
