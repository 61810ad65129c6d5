using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Errors of writes, to the letter where drivers look into them.</summary>
public sealed class StrictTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Fact]
    public async Task An_ordered_bulk_write_stops_at_its_first_error_and_reports_what_it_did_before()
    {
        var error = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => _things.BulkWriteAsync(Bulk(), new BulkWriteOptions { IsOrdered = true }, Find.Ct));

        var only = Assert.Single(error.WriteErrors);
        Assert.Equal((2, 11000), (only.Index, only.Code));
        Assert.Equal((2L, 0L, 0L, 0L), (error.Result.InsertedCount, error.Result.MatchedCount, error.Result.ModifiedCount, error.Result.DeletedCount));
        Assert.Equal("1,2", await _things.IdsAsync("{}"));
    }

    [Fact]
    public async Task An_unordered_bulk_write_tries_everything_and_reports_all_errors()
    {
        var error = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => _things.BulkWriteAsync(Bulk(), new BulkWriteOptions { IsOrdered = false }, Find.Ct));

        Assert.Equal([(2, 11000), (4, 14), (6, 9)], error.WriteErrors.Select(e => (e.Index, e.Code)).Order());
        Assert.Equal((3L, 3L, 2L, 1L), (error.Result.InsertedCount, error.Result.MatchedCount, error.Result.ModifiedCount, error.Result.DeletedCount));
        var upsert = Assert.Single(error.Result.Upserts);
        Assert.Equal((5, 9), (upsert.Index, upsert.Id.AsInt32));
    }

    [Fact]
    public async Task A_duplicate_key_names_pattern_and_value_of_any_index()
    {
        await _things.IndexAsync("{a: 1, 'b.c': -1}", new CreateIndexOptions<BsonDocument> { Unique = true });

        var reply = await server.RunAsync($"{{insert: '{Name}', ordered: false, documents: [{{_id: 1, a: 'x', b: {{c: [1, 2]}}}}, {{_id: 2, a: 'x', b: {{c: 2}}}}, {{_id: 3}}, {{_id: 4}}, {{_id: 1}}]}}");

        Assert.Equal(BsonDocument.Parse($$"""
            {n: 2, writeErrors: [
                {index: 1, code: 11000, keyPattern: {a: 1, 'b.c': -1}, keyValue: {a: 'x', 'b.c': 2}, errmsg: 'E11000 duplicate key error collection: tests.{{Name}} index: a_1_b.c_-1 dup key: { a: "x", b.c: 2 }'},
                {index: 3, code: 11000, keyPattern: {a: 1, 'b.c': -1}, keyValue: {a: null, 'b.c': null}, errmsg: 'E11000 duplicate key error collection: tests.{{Name}} index: a_1_b.c_-1 dup key: { a: null, b.c: null }'},
                {index: 4, code: 11000, keyPattern: {_id: 1}, keyValue: {_id: 1}, errmsg: 'E11000 duplicate key error collection: tests.{{Name}} index: _id_ dup key: { _id: 1 }'}], ok: 1.0}
            """), reply);
    }

    [Theory]
    [InlineData("query: {_id: 1}, update: {$set: {a: 2}}", "{n: 1, updatedExisting: true}", "{_id: 1, a: 1}")]
    [InlineData("query: {_id: 1}, update: {$set: {a: 2}}, new: true", "{n: 1, updatedExisting: true}", "{_id: 1, a: 2}")]
    [InlineData("query: {_id: 1}, update: {$set: {a: 1}}", "{n: 1, updatedExisting: true}", "{_id: 1, a: 1}")]
    [InlineData("query: {_id: 1}, update: {b: 2}, new: true", "{n: 1, updatedExisting: true}", "{_id: 1, b: 2}")]
    [InlineData("query: {_id: 1}, update: [{$set: {b: '$a'}}], new: true", "{n: 1, updatedExisting: true}", "{_id: 1, a: 1, b: 1}")]
    [InlineData("query: {_id: 5}, update: {$set: {a: 2}}", "{n: 0, updatedExisting: false}", "null")]
    [InlineData("query: {_id: 5}, update: {$set: {a: 2}}, new: true", "{n: 0, updatedExisting: false}", "null")]
    [InlineData("query: {_id: 5}, update: {$set: {a: 2}}, upsert: true", "{n: 1, updatedExisting: false, upserted: 5}", "null")]
    [InlineData("query: {_id: 5}, update: {$set: {a: 2}}, upsert: true, new: true", "{n: 1, updatedExisting: false, upserted: 5}", "{_id: 5, a: 2}")]
    [InlineData("query: {_id: 5}, update: {a: 2}, upsert: true, new: true, fields: {_id: 0}", "{n: 1, updatedExisting: false, upserted: 5}", "{a: 2}")]
    [InlineData("query: {_id: 5}, update: [{$set: {a: 3}}], upsert: true, new: true", "{n: 1, updatedExisting: false, upserted: 5}", "{_id: 5, a: 3}")]
    [InlineData("query: {_id: 1}, remove: true", "{n: 1}", "{_id: 1, a: 1}")]
    [InlineData("query: {_id: 5}, remove: true", "{n: 0}", "null")]
    [InlineData("sort: {_id: -1}, remove: true, fields: {a: 1, _id: 0}", "{n: 1}", "{a: 2}")]
    public async Task FindAndModify_tells_exactly_what_it_did(string request, string lastError, string value)
    {
        await _things.InsertAsync("{_id: 1, a: 1}", "{_id: 2, a: 2}");

        var reply = await server.RunAsync($"{{findAndModify: '{Name}', {request}}}");

        Assert.Equal(BsonDocument.Parse($"{{lastErrorObject: {lastError}, value: {value}, ok: 1.0}}"), reply);
    }

    [Theory]
    [InlineData("query: {_id: 1}, update: {$set: {_id: 2}}", 66)]
    [InlineData("query: {_id: 1}, update: {$set: {a: 1, 'a.b': 1}}", 40)]
    [InlineData("query: {_id: 1}, update: {$set: {'l.$': 1}}", 2)]
    [InlineData("query: {_id: 1}, update: {$set: {'a.b': 1}}", 28)]
    [InlineData("query: {_id: 1}, update: {$inc: {a: 'x'}}", 14)]
    [InlineData("query: {_id: 1}, update: {$nonsense: {a: 1}}", 9)]
    [InlineData("query: {_id: 1}, update: {a: 1, $b: 1}", 52)]
    [InlineData("query: {$expr: {$eq: [1, 1]}}, update: {a: 1}, upsert: true", 224)]
    [InlineData("query: {_id: 1}, update: {a: 1}, fields: {a: 1, b: 0}", 31254)]
    [InlineData("query: {_id: 1}, update: {a: 1}, sort: {a: 2}", 15975)]
    public async Task FindAndModify_refuses_with_the_code_of_the_update(string request, int code)
    {
        await _things.InsertAsync("{_id: 1, a: 1, l: [1]}");

        Assert.Equal(code, await server.RefusalAsync($"{{findAndModify: '{Name}', {request}}}"));
        Assert.Equal(BsonDocument.Parse("{_id: 1, a: 1, l: [1]}"), await _things.Find("{}").SingleAsync(Find.Ct));
    }

    [Theory]
    [InlineData("{_id: [1]}", 53)]
    [InlineData("{_id: /x/}", 53)]
    [InlineData("{_id: {$a: 1}}", 52)]
    [InlineData("{_id: {a: {$b: 1}}}", 52)]
    [InlineData("{_id: {$id: 1}}", 55)]
    public async Task Some_values_cannot_be_an_id(string document, int code) =>
        Assert.Equal(code, (await server.RunAsync($"{{insert: '{Name}', documents: [{document}]}}"))["writeErrors"][0]["code"]);

    [Fact]
    public async Task An_id_may_be_any_other_value_and_is_found_by_it()
    {
        var ids = BsonDocument.Parse("{v: [null, 1, 'x', true, {a: [1]}, ObjectId('0123456789abcdef01234567'), ISODate('2024-01-01'), NumberDecimal('1.5'), {$minKey: 1}, {$maxKey: 1}, {$ref: 'c', $id: 1}]}")["v"].AsBsonArray;
        foreach (var id in ids)
        {
            await _things.InsertOneAsync(new BsonDocument("_id", id), cancellationToken: Find.Ct);
        }

        foreach (var id in ids)
        {
            Assert.Equal(id, (await _things.Find(new BsonDocument("_id", new BsonDocument("$eq", id))).SingleAsync(Find.Ct))["_id"]);
        }
    }

    [Fact]
    public async Task Documents_nest_to_a_hundred_levels_however_they_are_sent()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        static string Nested(int levels) => $"{string.Concat(Enumerable.Repeat("{a: ", levels))}1{new string('}', levels)}";

        Assert.Equal(1, (await client.RunAsync($"{{insert: '{Name}', documents: [{Nested(100)}]}}"))["n"]);
        Assert.Equal(15, (await client.RunAsync($"{{insert: '{Name}', documents: [{Nested(101)}]}}"))["writeErrors"][0]["code"]);
        Assert.Equal(15, (await client.RunAsync($"{{update: '{Name}', updates: [{{q: {{}}, u: {Nested(101)}}}]}}"))["writeErrors"][0]["code"]);
        Assert.Single((await client.RunAsync($"{{find: '{Name}'}}"))["cursor"]["firstBatch"].AsBsonArray);
    }

    [Theory]
    [InlineData("tests", "")]
    [InlineData("tests", ".a")]
    [InlineData("tests", "a$b")]
    [InlineData("te sts", "a")]
    [InlineData("te.sts", "a")]
    [InlineData("te/sts", "a")]
    [InlineData("te$sts", "a")]
    [InlineData("te\\\\sts", "a")]
    [InlineData("", "a")]
    [InlineData("ééééééééééééééééééééééééééééééééé", "a")]
    [InlineData("0123456789012345678901234567890123456789012345678901234567890123", "a")]
    public async Task Names_that_no_namespace_can_have_are_refused_everywhere(string database, string collection)
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        foreach (var command in (string[])["find: 'X'", "count: 'X'", "insert: 'X', documents: [{}]", "update: 'X', updates: [{q: {}, u: {}}]", "delete: 'X', deletes: [{q: {}, limit: 0}]",
            "findAndModify: 'X', remove: true", "create: 'X'", "drop: 'X'", "createIndexes: 'X', indexes: [{key: {a: 1}, name: 'a'}]", "listIndexes: 'X'", "collStats: 'X'", "validate: 'X'"])
        {
            Assert.Equal(73, await client.CodeAsync($"{{{command.Replace("X", collection, StringComparison.Ordinal)}}}", database.Replace("\\\\", "\\", StringComparison.Ordinal)));
        }
    }

    [Fact]
    public async Task Cursors_belong_to_their_namespace()
    {
        await _things.InsertAsync("{_id: 1}", "{_id: 2}");
        using var client = await RawClient.ConnectAsync(server.Port);
        var id = (await client.RunAsync($"{{find: '{Name}', batchSize: 1}}"))["cursor"]["id"];

        Assert.Equal(13, await client.CodeAsync($"{{getMore: NumberLong('{id}'), collection: 'other'}}"));
        Assert.Equal(13, await client.CodeAsync($"{{getMore: NumberLong('{id}'), collection: '{Name}'}}", "other"));
        Assert.Equal(0, await client.CodeAsync($"{{getMore: NumberLong('{id}'), collection: '{Name}'}}"));
        Assert.Equal(43, await client.CodeAsync($"{{getMore: NumberLong('{id}'), collection: '{Name}'}}"));
    }

    private static WriteModel<BsonDocument>[] Bulk() =>
    [
        new InsertOneModel<BsonDocument>(new BsonDocument { { "_id", 1 }, { "n", 1 } }),
        new InsertOneModel<BsonDocument>(new BsonDocument { { "_id", 2 }, { "n", "x" } }),
        new InsertOneModel<BsonDocument>(new BsonDocument("_id", 1)),
        new UpdateOneModel<BsonDocument>("{_id: 1}", "{$inc: {n: 1}}"),
        new UpdateOneModel<BsonDocument>("{_id: 2}", "{$inc: {n: 1}}"),
        new UpdateOneModel<BsonDocument>("{_id: 9}", "{$inc: {n: 1}}") { IsUpsert = true },
        new UpdateOneModel<BsonDocument>("{_id: 1}", "{$nonsense: {n: 1}}"),
        new ReplaceOneModel<BsonDocument>("{_id: 2}", new BsonDocument("n", 5)),
        new UpdateManyModel<BsonDocument>("{n: 5}", "{$set: {n: 5}}"),
        new DeleteOneModel<BsonDocument>("{n: 5}"),
        new InsertOneModel<BsonDocument>(new BsonDocument("_id", 3)),
    ];
}
