using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class WriteTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    [Fact]
    public async Task A_second_document_with_the_same_id_is_refused_with_key_and_value()
    {
        await _things.InsertAsync("{_id: 1}");

        var reply = await server.RunAsync($"{{insert: '{_things.CollectionNamespace.CollectionName}', documents: [{{_id: 1.0}}]}}");

        var error = reply["writeErrors"][0].AsBsonDocument;
        Assert.Equal(0, reply["n"]);
        Assert.Equal(11000, error["code"]);
        Assert.Equal(new BsonDocument("_id", 1), error["keyPattern"]);
        Assert.Equal(1.0, error["keyValue"]["_id"]);
        Assert.Equal($"E11000 duplicate key error collection: {_things.CollectionNamespace} index: _id_ dup key: {{ _id: 1.0 }}", error["errmsg"]);
    }

    [Fact]
    public async Task An_ordered_write_stops_at_the_first_error_and_an_unordered_one_goes_on()
    {
        BsonDocument[] documents = [new("_id", 1), new("_id", 1), new("_id", 2), new("_id", 2), new("_id", 3)];

        var ordered = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => _things.InsertManyAsync(documents, new InsertManyOptions { IsOrdered = true }, Find.Ct));
        Assert.Equal([1], ordered.WriteErrors.Select(e => e.Index));
        Assert.Equal("1", await _things.IdsAsync("{}"));

        await _things.DeleteManyAsync("{}", Find.Ct);
        var unordered = await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => _things.InsertManyAsync(documents, new InsertManyOptions { IsOrdered = false }, Find.Ct));
        Assert.Equal([1, 3], unordered.WriteErrors.Select(e => e.Index));
        Assert.Equal("1,2,3", await _things.IdsAsync("{}"));
    }

    [Fact]
    public async Task Updates_count_what_they_matched_and_what_they_changed()
    {
        await _things.InsertAsync("{_id: 1, a: 1}", "{_id: 2, a: 2}", "{_id: 3, a: 1}");

        var many = await _things.UpdateManyAsync("{a: {$lte: 2}}", "{$set: {a: 1}}", cancellationToken: Find.Ct);
        var none = await _things.UpdateAsync("{_id: 9}", "{$set: {a: 1}}");

        Assert.Equal((3, 1), (many.MatchedCount, many.ModifiedCount));
        Assert.Equal((0, 0), (none.MatchedCount, none.ModifiedCount));
    }

    [Fact]
    public async Task An_upsert_inserts_what_query_and_update_say_and_names_its_id()
    {
        var result = await _things.UpdateOneAsync("{_id: 7, kind: 'x', n: {$gt: 3}}", "{$set: {a: 1}, $setOnInsert: {b: 2}}", new UpdateOptions { IsUpsert = true }, Find.Ct);
        var again = await _things.UpdateOneAsync("{_id: 7}", "{$set: {a: 2}, $setOnInsert: {b: 3}}", new UpdateOptions { IsUpsert = true }, Find.Ct);

        Assert.Equal(7, result.UpsertedId);
        Assert.Null(again.UpsertedId);
        Assert.Equal(BsonDocument.Parse("{_id: 7, kind: 'x', a: 2, b: 2}"), await _things.Find("{}").SingleAsync(Find.Ct));
    }

    [Fact]
    public async Task A_replacement_keeps_the_id_and_may_not_change_it()
    {
        await _things.InsertAsync("{_id: 1, a: 1}");

        await _things.ReplaceOneAsync("{_id: 1}", new BsonDocument("b", 2), cancellationToken: Find.Ct);
        var error = await Find.WriteErrorAsync(() => _things.ReplaceOneAsync("{_id: 1}", new BsonDocument("_id", 5), cancellationToken: Find.Ct));

        Assert.Equal(66, error.Code);
        Assert.Equal(BsonDocument.Parse("{_id: 1, b: 2}"), await _things.Find("{}").SingleAsync(Find.Ct));
    }

    [Fact]
    public async Task An_update_that_goes_wrong_in_the_middle_leaves_the_documents_before_it_changed()
    {
        await _things.InsertAsync("{_id: 1, n: 1}", "{_id: 2, n: 'text'}", "{_id: 3, n: 1}");

        var error = await Find.WriteErrorAsync(() => _things.UpdateManyAsync("{}", "{$inc: {n: 1}}", cancellationToken: Find.Ct));

        Assert.Equal(14, error.Code);
        Assert.Equal("1", await _things.IdsAsync("{n: 2}"));
    }

    [Fact]
    public async Task A_malformed_update_is_the_error_of_its_statement()
    {
        var error = await Find.WriteErrorAsync(() => _things.UpdateAsync("{}", "{$nonsense: {a: 1}}"));

        Assert.Equal(9, error.Code);
    }

    [Fact]
    public async Task Delete_takes_one_or_all()
    {
        await _things.InsertAsync("{_id: 1}", "{_id: 2}", "{_id: 3}");

        Assert.Equal(1, (await _things.DeleteOneAsync("{}", Find.Ct)).DeletedCount);
        Assert.Equal(2, (await _things.DeleteManyAsync("{}", Find.Ct)).DeletedCount);
    }

    [Fact]
    public async Task FindAndModify_returns_the_document_before_or_after_in_the_order_asked_for()
    {
        await _things.InsertAsync("{_id: 1, at: 5}", "{_id: 2, at: 3}", "{_id: 3, at: 4}");
        var byAge = new FindOneAndUpdateOptions<BsonDocument> { Sort = "{at: 1}", Projection = "{at: 1}" };

        var before = await _things.FindOneAndUpdateAsync("{}", "{$inc: {at: 10}}", byAge, Find.Ct);
        byAge.ReturnDocument = ReturnDocument.After;
        var after = await _things.FindOneAndUpdateAsync("{}", "{$inc: {at: 10}}", byAge, Find.Ct);
        var removed = await _things.FindOneAndDeleteAsync<BsonDocument>("{}", new FindOneAndDeleteOptions<BsonDocument> { Sort = "{at: 1}" }, Find.Ct);

        Assert.Equal(BsonDocument.Parse("{_id: 2, at: 3}"), before);
        Assert.Equal(BsonDocument.Parse("{_id: 3, at: 14}"), after);
        Assert.Equal(1, removed["_id"]);
    }

    [Fact]
    public async Task FindAndModify_that_finds_nothing_returns_nothing_or_upserts()
    {
        Assert.Null(await _things.FindOneAndUpdateAsync("{_id: 1}", "{$inc: {n: 1}}", cancellationToken: Find.Ct));

        var upserted = await _things.FindOneAndUpdateAsync<BsonDocument>("{_id: 1}", "{$inc: {n: 1}}",
            new FindOneAndUpdateOptions<BsonDocument> { IsUpsert = true, ReturnDocument = ReturnDocument.After }, Find.Ct);

        Assert.Equal(BsonDocument.Parse("{_id: 1, n: 1}"), upserted);
    }

    [Fact]
    public async Task A_duplicate_key_in_findAndModify_is_the_commands_error()
    {
        await _things.IndexAsync("{mail: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await _things.InsertAsync("{_id: 1, mail: 'a'}", "{_id: 2, mail: 'b'}");

        var error = await Assert.ThrowsAsync<MongoCommandException>(() => _things.FindOneAndUpdateAsync("{_id: 2}", "{$set: {mail: 'a'}}", cancellationToken: Find.Ct));

        Assert.Equal(11000, error.Code);
        Assert.Equal(new BsonDocument("mail", "a"), error.Result["keyValue"]);
    }

    [Fact]
    public async Task An_unacknowledged_write_gets_no_reply_and_happens()
    {
        await _things.WithWriteConcern(WriteConcern.Unacknowledged).InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Find.Ct);

        await Testing.Eventually.Until(async () => await _things.CountDocumentsAsync("{}", cancellationToken: Find.Ct) == 1, "the document is there");
    }


    [Fact]
    public async Task A_document_may_have_sixteen_megabytes_and_not_grow_beyond()
    {
        await _things.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "text", new string('x', (16 * 1024 * 1024) - 100) } }, cancellationToken: Find.Ct);

        var error = await Find.WriteErrorAsync(() => _things.UpdateAsync("{_id: 1}", $"{{$set: {{more: '{new string('y', 200)}'}}}}"));
        var far = await Find.WriteErrorAsync(() => _things.UpdateAsync("{_id: 1}", $"{{$set: {{more: '{new string('y', 20_000)}'}}}}"));
        var upsert = await Find.WriteErrorAsync(() => _things.UpdateOneAsync("{_id: 2}",
            new BsonDocument("$set", new BsonDocument("text", new string('x', 16 * 1024 * 1024))), new UpdateOptions { IsUpsert = true }, Find.Ct));

        Assert.Equal(17419, error.Code);
        Assert.Equal(10334, far.Code);
        Assert.Equal(17420, upsert.Code);
        Assert.Equal(1, await _things.CountDocumentsAsync("{more: {$exists: false}}", cancellationToken: Find.Ct));
    }

    [Theory]
    [InlineData("{$set: {a: 1, list: [1, 2]}}", 0)]
    [InlineData("{$set: {a: 1.0}}", 1)]
    [InlineData("{$inc: {a: 0}, $max: {a: 1}}", -1)]
    [InlineData("{$inc: {a: 0}}", 0)]
    [InlineData("{$mul: {a: 1}, $min: {b: 5}}", 0)]
    [InlineData("{$unset: {x: 1}, $pull: {list: 9}, $pullAll: {y: [1]}, $pop: {z: 1}, $addToSet: {list: 2}}", -1)]
    [InlineData("{$unset: {x: 1}, $pull: {list: 9}, $pullAll: {y: [1]}, $pop: {z: 1}}", 0)]
    [InlineData("{$push: {list: {$each: []}}}", 0)]
    [InlineData("{$push: {list: {$each: [], $sort: 1}}}", 1)]
    [InlineData("{$push: {empty: {$each: [1], $slice: 0}}}", 1)]
    [InlineData("{$push: {list: {$each: [], $slice: 2}}}", 0)]
    [InlineData("{$unset: {'nulls.0': 1}}", 1)]
    [InlineData("{$currentDate: {at: true}}", 1)]
    [InlineData("{$bit: {a: {or: 1}}, $rename: {x: 'y'}, $setOnInsert: {q: 1}}", 0)]
    [InlineData("{}", 1)]
    [InlineData("{_id: 1, a: 1, b: 1, list: [1, 2], empty: [], nulls: [null]}", 0)]
    [InlineData("{a: 1, b: 1, list: [1, 2], empty: [], nulls: [null]}", 1)]
    [InlineData("[{$set: {a: 1}}]", 0)]
    [InlineData("[{$unset: ['_id']}]", 1)]
    public async Task A_document_counts_as_modified_where_MongoDB_says_so(string update, int modified)
    {
        await _things.InsertAsync("{_id: 1, a: 1, b: 1, list: [1, 2], empty: [], nulls: [null]}");

        var reply = await server.RunAsync($"{{update: '{_things.CollectionNamespace.CollectionName}', updates: [{{q: {{_id: 1}}, u: {update}}}]}}");

        if (modified < 0)
        {
            Assert.Equal(40, reply["writeErrors"][0]["code"]);
        }
        else
        {
            Assert.Equal((1, modified), (reply["n"], reply["nModified"]));
        }
    }

    [Fact]
    public async Task Empty_timestamps_at_the_top_level_of_an_insert_become_the_time()
    {
        await _things.InsertAsync("{_id: 1, at: Timestamp(0, 0), in: {at: Timestamp(0, 0)}}", "{_id: Timestamp(0, 0), at: Timestamp(0, 0)}");

        var all = await _things.Find("{}").Sort("{_id: 1}").ToListAsync(Find.Ct);

        Assert.Equal(0, all[0]["in"]["at"].AsBsonTimestamp.Value);
        Assert.Equal(0, all[1]["_id"].AsBsonTimestamp.Value);
        Assert.True(all[1]["at"].AsBsonTimestamp.Value > all[0]["at"].AsBsonTimestamp.Value);
    }

    [Fact]
    public async Task Names_with_dollars_and_dots_are_stored_below_the_top_level_and_by_inserts()
    {
        await _things.InsertAsync("{_id: 1, $a: 1, 'b.c': 2, d: {$e: 3}}");

        await _things.UpdateAsync("{_id: 1}", "{$set: {'d.$f': 4}}");
        var refused = await Find.WriteErrorAsync(() => _things.UpdateAsync("{_id: 1}", "{$set: {$a: 2}}"));

        Assert.Equal(52, refused.Code);
        Assert.Equal(BsonDocument.Parse("{_id: 1, $a: 1, 'b.c': 2, d: {$e: 3, $f: 4}}"), await _things.Find("{}").SingleAsync(Find.Ct));
    }

    [Theory]
    [InlineData("{q: {$expr: {$eq: ['$a', 1]}}, u: {$set: {b: 1}}, upsert: true}", 224)]
    [InlineData("{q: {$or: [{$expr: {$eq: ['$a', 1]}}]}, u: {$set: {b: 1}}, upsert: true}", 224)]
    [InlineData("{q: {a: {$all: [1, 2]}}, u: {$set: {b: 1}}, upsert: true}", 54)]
    [InlineData("{q: {'_id.x': 1}, u: {b: 1}, upsert: true}", 111)]
    [InlineData("{q: {_id: 1}, u: {_id: 2}, upsert: true}", 66)]
    [InlineData("{q: {_id: {$gt: 1}}, u: {$set: {_id: [2]}}, upsert: true}", 53)]
    public async Task An_upsert_that_makes_no_document_is_refused(string statement, int code)
    {
        var reply = await server.RunAsync($"{{update: '{_things.CollectionNamespace.CollectionName}', updates: [{statement}]}}");

        Assert.Equal(code, reply["writeErrors"][0]["code"]);
        Assert.Equal(0, await _things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task A_document_nested_too_deeply_is_refused()
    {
        BsonValue deep = 1;
        for (var i = 0; i < 60; i++)
        {
            deep = new BsonDocument("a", deep);
        }

        await _things.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "a", deep } }, cancellationToken: Find.Ct);
        var path = string.Join('.', Enumerable.Repeat("a", 50));
        var error = await Find.WriteErrorAsync(() => _things.UpdateOneAsync("{_id: 1}", new BsonDocument("$set", new BsonDocument(path, deep)), cancellationToken: Find.Ct));

        Assert.Equal(15, error.Code);
    }
}
