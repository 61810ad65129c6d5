using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>How indexes are made, listed and dropped.</summary>
public sealed class IndexDefinitionTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Fact]
    public async Task Two_arrays_cannot_be_in_one_index()
    {
        await _things.IndexAsync("{a: 1, b: 1}");

        Assert.Equal(171, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{a: [1], b: [2]}"))).Code);
        await _things.InsertAsync("{_id: 1, a: [1, 2], b: 2}");
    }

    [Fact]
    public async Task Indexes_are_listed_as_MongoDB_lists_them_and_dropped()
    {
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Unique = true, PartialFilterExpression = "{b: {$gt: 1}}" });
        await _things.IndexAsync("{at: 1}", new CreateIndexOptions<BsonDocument> { ExpireAfter = TimeSpan.FromHours(1) });

        var listed = await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct);
        Assert.Equal(["_id_", "a_1", "at_1"], listed.Select(i => i["name"].AsString));
        Assert.Equal(BsonDocument.Parse("{v: 2, key: {a: 1}, name: 'a_1', unique: true, partialFilterExpression: {b: {$gt: 1}}}"), listed[1]);
        Assert.Equal(3600.0, listed[2]["expireAfterSeconds"]);

        await _things.Indexes.DropOneAsync("a_1", Find.Ct);
        Assert.Equal(27, (await Assert.ThrowsAsync<MongoCommandException>(() => _things.Indexes.DropOneAsync("a_1", Find.Ct))).Code);
        await _things.Indexes.DropAllAsync(Find.Ct);
        Assert.Single(await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct));
    }

    [Theory]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'a_1', background: true}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'a_1', hidden: true}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: NumberLong(1)}, name: 'a_1', v: 2}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {b: 1}, name: 'a_1'}", 86)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: -1}, name: 'a_1'}", 86)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'a_1', unique: true}", 86)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'a_1', sparse: true}", 86)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'a_1', expireAfterSeconds: 5}", 85)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'other'}", 85)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'other', expireAfterSeconds: 5}", 85)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'other', unique: true}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'other', sparse: true}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1'}", "{key: {a: 1}, name: 'other', partialFilterExpression: {b: 1}}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1', partialFilterExpression: {b: 2}}", "{key: {a: 1}, name: 'other', partialFilterExpression: {b: 1}}", 0)]
    [InlineData("{key: {a: 1}, name: 'a_1', partialFilterExpression: {b: 2}}", "{key: {a: 1}, name: 'other', partialFilterExpression: {b: 2.0}}", 85)]
    public async Task Two_indexes_may_share_neither_their_name_nor_what_they_cover(string first, string second, int code)
    {
        await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{first}]}}");

        var command = $"{{createIndexes: '{Name}', indexes: [{second}]}}";
        Assert.Equal(code, code == 0 ? (await server.RunAsync(command))["ok"].ToInt32() - 1 : await server.RefusalAsync(command));
    }

    [Fact]
    public async Task Creating_indexes_tells_how_many_there_were_and_are()
    {
        Assert.Equal(BsonDocument.Parse("{numIndexesBefore: 1, numIndexesAfter: 3, createdCollectionAutomatically: true, ok: 1.0}"),
            await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'a'}}, {{key: {{b: 1}}, name: 'b'}}]}}"));
        Assert.Equal(BsonDocument.Parse("{numIndexesBefore: 3, numIndexesAfter: 4, createdCollectionAutomatically: false, note: 'index already exists', ok: 1.0}"),
            await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'a'}}, {{key: {{c: 1}}, name: 'c'}}]}}"));
        Assert.Equal(BsonDocument.Parse("{numIndexesBefore: 1, numIndexesAfter: 1, createdCollectionAutomatically: true, note: 'all indexes already exist', ok: 1.0}"),
            await server.RunAsync($"{{createIndexes: '{Name}.new', indexes: [{{key: {{_id: 1}}, name: 'mine'}}]}}"));
        Assert.Equal(BsonDocument.Parse("{numIndexesBefore: 4, numIndexesAfter: 4, note: 'all indexes already exist', ok: 1.0}"),
            await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'a'}}, {{key: {{_id: 1}}, name: 'mine'}}]}}"));
    }

    [Fact]
    public async Task A_collection_has_at_most_64_indexes()
    {
        var indexes = Enumerable.Range(1, 63).Select(i => $"{{key: {{f{i}: 1}}, name: 'f{i}'}}");
        await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{string.Join(",", indexes)}]}}");

        Assert.Equal(67, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{more: 1}}, name: 'more'}}]}}"));
        Assert.Equal(64, (await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{f1: 1}}, name: 'f1'}}]}}"))["numIndexesAfter"]);
    }

    [Fact]
    public async Task If_one_index_cannot_be_made_none_is()
    {
        await _things.InsertAsync("{_id: 1, a: 1}", "{_id: 2, a: 1}");

        Assert.Equal(11000, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{b: 1}}, name: 'b'}}, {{key: {{a: 1}}, name: 'a', unique: true}}]}}"));

        Assert.Single(await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct));
    }

    [Theory]
    [InlineData("{key: {a: '2dsphere'}, name: 'i'}", 238)]
    [InlineData("{key: {a: '2d'}, name: 'i'}", 238)]
    [InlineData("{key: {a: 'hashed'}, name: 'i'}", 238)]
    [InlineData("{key: {'$**': 1}, name: 'i'}", 238)]
    [InlineData("{key: {'a.$**': 1}, name: 'i'}", 238)]
    [InlineData("{key: {a: 'nonsense'}, name: 'i'}", 67)]
    [InlineData("{key: {_fts: 1}, name: 'i'}", 67)]
    [InlineData("{key: {a: ''}, name: 'i'}", 67)]
    [InlineData("{key: {a: 0}, name: 'i'}", 67)]
    [InlineData("{key: {a: true}, name: 'i'}", 67)]
    [InlineData("{key: {}, name: 'i'}", 67)]
    [InlineData("{key: {'': 1}, name: 'i'}", 67)]
    [InlineData("{key: {'a..b': 1}, name: 'i'}", 67)]
    [InlineData("{key: {'a.$b': 1}, name: 'i'}", 67)]
    [InlineData("{key: {'$id': 1}, name: 'i'}", 67)]
    [InlineData("{key: {'a.$id': 1}, name: 'i'}", 0)]
    [InlineData("{key: {a: 2.5}, name: 'i'}", 0)]
    [InlineData("{key: 'a', name: 'i'}", 14)]
    [InlineData("{key: {a: 1}, name: 'i', nonsense: 1}", 197)]
    [InlineData("{key: {a: 1}, name: 'i', storageEngine: {}}", 238)]
    [InlineData("{key: {a: 1}, name: 'i', wildcardProjection: {a: 1}}", 238)]
    [InlineData("{key: {a: 1}, name: 'i', hidden: 1}", 14)]
    [InlineData("{key: {a: 1}, name: 'i', unique: 'yes'}", 14)]
    [InlineData("{key: {a: 1}, name: 'i', background: 'yes'}", 14)]
    [InlineData("{key: {a: 1}, name: 'i', v: 1}", 238)]
    [InlineData("{key: {a: 1}, name: 'i', v: 0}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', v: '2'}", 14)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$ne: 1}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$nin: [1]}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$not: {$gt: 1}}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {$nor: [{b: 1}]}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$regex: '^a'}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: /a/}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$exists: false}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$elemMatch: {$gt: 1}}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {$expr: {$eq: ['$a', 1]}}}", 224)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$nonsense: 1}}}", 2)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: 1}", 14)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {$or: [{b: {$in: [1, 2]}}, {c: {$type: 'string'}}], d: {$gte: 1, $lt: 5}, e: {$exists: true}}}", 0)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {$or: [{$and: [{a: 1}, {$or: [{b: 1}, {b: 2}]}]}, {c: 1}]}}", 0)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {$or: [{$and: [{a: 1}, {$or: [{b: 1}, {b: 2, c: 3}]}]}, {c: 1}]}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', sparse: true, partialFilterExpression: {b: 1}}", 67)]
    [InlineData("{key: {a: 1, b: 1}, name: 'i', expireAfterSeconds: 1}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', expireAfterSeconds: -1}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', expireAfterSeconds: '1'}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', expireAfterSeconds: NumberLong('3000000000')}", 67)]
    [InlineData("{key: {a: 1}}", 9)]
    [InlineData("{name: 'i'}", 9)]
    [InlineData("{key: {a: 1}, name: ''}", 67)]
    [InlineData("{key: {a: 1}, name: '*'}", 2)]
    [InlineData("{key: {a: 1}, name: 1}", 14)]
    [InlineData("{key: {a: 1}, name: '_id_'}", 2)]
    [InlineData("{key: {_id: 1}, name: 'i'}", 0)]
    [InlineData("{key: {_id: -1}, name: 'i'}", 2)]
    [InlineData("{key: {_id: 1}, name: 'i', unique: true}", 197)]
    [InlineData("{key: {_id: 1}, name: 'i', sparse: true}", 197)]
    [InlineData("{key: {_id: 1}, name: 'i', expireAfterSeconds: 1}", 197)]
    [InlineData("{key: {_id: 1, a: 1}, name: 'i', unique: true}", 0)]
    [InlineData("{key: {a: 'text'}, name: 'i', default_language: 'german'}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', default_language: 1}", 14)]
    [InlineData("{key: {a: 'text'}, name: 'i', language_override: 'a.b'}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', textIndexVersion: 2}", 238)]
    [InlineData("{key: {a: 'text'}, name: 'i', textIndexVersion: 4}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', weights: {a: 0}}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', weights: {a: 100000}}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', weights: {a: 'x'}}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', weights: {'a.$b': 1}}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i', weights: 1}", 14)]
    [InlineData("{key: {a: 'text'}, name: 'i', expireAfterSeconds: 1}", 67)]
    [InlineData("{key: {a: 'text', b: 1, c: 'text'}, name: 'i'}", 67)]
    [InlineData("{key: {a: 2, b: 'text'}, name: 'i'}", 67)]
    [InlineData("{key: {a: 'text', b: '2d'}, name: 'i'}", 67)]
    [InlineData("{key: {_fts: 'text', _ftsx: 1}, name: 'i'}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', weights: {a: 1}}", 238)]
    public async Task An_index_definition_is_taken_or_refused_as_MongoDB_would(string definition, int code)
    {
        var command = $"{{createIndexes: '{Name}', indexes: [{definition}]}}";

        Assert.Equal(code, code == 0 ? (await server.RunAsync(command))["ok"].ToInt32() - 1 : await server.RefusalAsync(command));
    }

    [Theory]
    [InlineData("indexes: []", 2)]
    [InlineData("indexes: [1]", 14)]
    [InlineData("indexes: [{key: {a: 1}, name: 'a'}], commitQuorum: 1", 2)]
    [InlineData("x: 1", 40415)]
    public async Task Creating_indexes_needs_a_list_of_them_and_takes_nothing_else(string rest, int code) =>
        Assert.Equal(code, await server.RefusalAsync($"{{createIndexes: '{Name}', {rest}}}"));

    [Theory]
    [InlineData("'*'", "_id_")]
    [InlineData("'a_1'", "_id_,b_1,b_2")]
    [InlineData("['a_1', 'b_1', 'a_1']", "_id_,b_2")]
    [InlineData("{a: 1.0}", "_id_,b_1,b_2")]
    public async Task Indexes_are_dropped_by_name_list_or_key(string index, string left)
    {
        await MakeThreeAsync();

        Assert.Equal(4, (await server.RunAsync($"{{dropIndexes: '{Name}', index: {index}}}"))["nIndexesWas"]);

        Assert.Equal(left, await NamesAsync());
    }

    [Theory]
    [InlineData("index: 'none'", 27)]
    [InlineData("index: ['a_1', 'none']", 27)]
    [InlineData("index: {c: 1}", 27)]
    [InlineData("index: {a: -1}", 27)]
    [InlineData("index: {b: 1}", 181)]
    [InlineData("index: '_id_'", 72)]
    [InlineData("index: ['a_1', '_id_']", 72)]
    [InlineData("index: {_id: 1}", 72)]
    [InlineData("index: 1", 14)]
    [InlineData("index: [1]", 14)]
    [InlineData("comment: 1", 40414)]
    public async Task An_index_that_is_not_there_or_must_stay_is_not_dropped_nor_is_any_other(string rest, int code)
    {
        await MakeThreeAsync();

        Assert.Equal(code, await server.RefusalAsync($"{{dropIndexes: '{Name}', {rest}}}"));

        Assert.Equal("_id_,a_1,b_1,b_2", await NamesAsync());
    }

    [Fact]
    public async Task Without_the_collection_no_index_is_listed_or_dropped()
    {
        Assert.Equal(26, await server.RefusalAsync($"{{dropIndexes: '{Name}', index: '*'}}"));
        Assert.Equal(26, await server.RefusalAsync($"{{listIndexes: '{Name}'}}"));
    }

    [Fact]
    public async Task Collections_and_databases_come_with_the_first_document_and_go_when_dropped()
    {
        var database = server.Client.GetDatabase("coming-and-going");
        await database.GetCollection<BsonDocument>("a").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Find.Ct);
        await database.CreateCollectionAsync("b", cancellationToken: Find.Ct);

        Assert.Equal(["a", "b"], await (await database.ListCollectionNamesAsync(cancellationToken: Find.Ct)).ToListAsync(Find.Ct));
        Assert.Contains("coming-and-going", await (await server.Client.ListDatabaseNamesAsync(Find.Ct)).ToListAsync(Find.Ct));

        await database.DropCollectionAsync("a", Find.Ct);
        Assert.Equal(0, await database.GetCollection<BsonDocument>("a").CountDocumentsAsync("{}", cancellationToken: Find.Ct));
        await server.Client.DropDatabaseAsync("coming-and-going", Find.Ct);
        Assert.DoesNotContain("coming-and-going", await (await server.Client.ListDatabaseNamesAsync(Find.Ct)).ToListAsync(Find.Ct));
    }

    private Task<BsonDocument> MakeThreeAsync() => server.RunAsync(
        $"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'a_1'}}, {{key: {{b: 1}}, name: 'b_1'}}, {{key: {{b: 1}}, name: 'b_2', sparse: true}}]}}");

    private async Task<string> NamesAsync() => string.Join(",", (await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct)).Select(i => i["name"]));
}
