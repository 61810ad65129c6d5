using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Indexes and collections that compare as a language does.</summary>
public sealed class CollationIndexTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly Collation Letters = new("en", strength: CollationStrength.Primary);
    private static readonly Collation Accents = new("en", strength: CollationStrength.Secondary);

    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Fact]
    public async Task A_unique_index_with_a_collation_takes_what_is_equal_under_it_once()
    {
        await _things.IndexAsync("{mail: 1}", new CreateIndexOptions<BsonDocument> { Unique = true, Collation = Accents });
        await _things.InsertAsync("{_id: 1, mail: 'Ann@x.org'}");

        var error = await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 2, mail: 'ann@X.org'}"));
        await _things.InsertAsync("{_id: 3, mail: 'änn@x.org'}", "{_id: 4, mail: 5}");

        Assert.Equal(11000, error.Code);
        Assert.Contains("collation: { locale: \"en\", caseLevel: false, caseFirst: \"off\", strength: 2,", error.Message, StringComparison.Ordinal);
        Assert.Contains("dup key: { mail: \"CollationKey(0x", error.Message, StringComparison.Ordinal);
        Assert.Equal("1", await IdsAsync("{mail: 'ANN@x.org'}", "{locale: 'en', strength: 2}"));
        Assert.Equal("", await _things.IdsAsync("{mail: 'ANN@x.org'}"));
    }

    [Fact]
    public async Task An_index_lists_all_options_of_its_collation()
    {
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Name = "mine", Collation = new Collation("fr", strength: CollationStrength.Primary) });
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Name = "bytes", Collation = Collation.Simple });

        var listed = await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct);

        Assert.Equal(
            BsonDocument.Parse("""
                {v: 2, key: {a: 1}, name: 'mine', collation: {locale: 'fr', caseLevel: false, caseFirst: 'off', strength: 1, numericOrdering: false,
                    alternate: 'non-ignorable', maxVariable: 'punct', normalization: false, backwards: false, version: '57.1'}}
                """),
            listed[1]);
        Assert.Equal(BsonDocument.Parse("{v: 2, key: {a: 1}, name: 'bytes'}"), listed[2]);
        Assert.Equal(181, await server.RefusalAsync($"{{dropIndexes: '{Name}', index: {{a: 1}}}}"));
        Assert.Equal(86, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'mine', collation: {{locale: 'de'}}}}]}}"));
        Assert.Equal(85, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'other', collation: {{locale: 'fr', strength: 1}}}}]}}"));
    }

    [Fact]
    public async Task A_collections_collation_holds_for_its_ids_its_indexes_and_all_that_is_asked_of_it()
    {
        var options = new CreateCollectionOptions { Collation = Letters };
        await server.Database.CreateCollectionAsync(Name, options, Find.Ct);
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await _things.InsertAsync("{_id: 'k', a: 'x'}", "{_id: 'l', a: 'y'}");

        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 'K', a: 'z'}"))).Code);
        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 'm', a: 'X'}"))).Code);
        Assert.Equal("k", await _things.IdsAsync("{_id: 'K'}"));
        Assert.Equal("k", await _things.IdsAsync("{a: 'X'}"));
        Assert.Equal("", await IdsAsync("{_id: 'K'}", "{locale: 'simple'}"));
        Assert.Equal("k", await IdsAsync("{_id: 'k'}", "{locale: 'simple'}"));
        Assert.Equal(1, (await _things.UpdateAsync("{_id: 'K'}", "{$set: {n: 1}}")).MatchedCount);
        Assert.Equal(1, await _things.CountDocumentsAsync("{a: 'X'}", cancellationToken: Find.Ct));
        Assert.Equal(1, (await _things.DeleteOneAsync("{_id: 'L'}", Find.Ct)).DeletedCount);

        var collection = await (await server.Database.ListCollectionsAsync(new ListCollectionsOptions { Filter = new BsonDocument("name", Name) }, Find.Ct)).SingleAsync(Find.Ct);
        var indexes = await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct);
        Assert.Equal(1, collection["options"]["collation"]["strength"]);
        Assert.Equal(collection["options"]["collation"], collection["idIndex"]["collation"]);
        Assert.All(indexes, index => Assert.Equal(collection["options"]["collation"], index["collation"]));
        Assert.Equal(2, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{_id: 1}}, name: '_id_', collation: {{locale: 'de'}}}}]}}"));
        Assert.Equal(67, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{t: 'text'}}, name: 't', default_language: 'none'}}]}}"));
    }

    [Fact]
    public async Task What_cannot_be_ordered_by_a_collation_is_refused_where_it_is_stored_or_made()
    {
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Collation = Letters });

        Assert.Equal(201, (await Assert.ThrowsAsync<MongoWriteException>(() =>
            _things.InsertOneAsync(new BsonDocument("a", BsonSymbol.Create("s")), cancellationToken: Find.Ct))).WriteError.Code);
        Assert.Equal(2, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{b: 1}}, name: 'b', collation: {{}}}}]}}"));
        Assert.Equal(40414, await server.RefusalAsync("{create: 'other', collation: {}}"));
    }

    [Fact]
    public async Task Keys_that_other_tables_made_are_made_anew_when_the_folder_is_opened()
    {
        var folder = Directory.CreateTempSubdirectory("embedded-mongo-tests-").FullName;
        var options = new EmbeddedMongoOptions { DataFolder = folder };
        await using (var first = await EmbeddedMongoServer.StartAsync(options, Find.Ct))
        {
            using var client = new MongoClient(first.ConnectionString);
            await client.GetDatabase("d").CreateCollectionAsync("c", new CreateCollectionOptions { Collation = Letters }, Find.Ct);
            var things = client.GetDatabase("d").GetCollection<BsonDocument>("c");
            await things.IndexAsync("{a: 1}");
            await things.InsertAsync("{_id: 'k', a: 'x'}", "{_id: 'l', a: 'y'}");
        }

        // As if the tables had put everything elsewhere.
        using (var db = Storage.Database.Open(Path.Combine(folder, "data.sqlite")))
        {
            db.Execute("UPDATE c1 SET id = X'01' || rid; UPDATE i1 SET key = X'01' || rid; UPDATE meta SET tables = 'others'");
        }

        await using (var second = await EmbeddedMongoServer.StartAsync(options, Find.Ct))
        {
            using var client = new MongoClient(second.ConnectionString);
            var things = client.GetDatabase("d").GetCollection<BsonDocument>("c");
            Assert.Equal("k", await things.IdsAsync("{_id: 'K'}"));
            Assert.Equal("l", await things.IdsAsync("{a: 'Y'}"));
            Assert.Equal(11000, (await Find.WriteErrorAsync(() => things.InsertOneAsync("{_id: 'L'}"))).Code);
        }

        Directory.Delete(folder, recursive: true);
    }

    private async Task<string> IdsAsync(string filter, string collation, string? sort = null)
    {
        var reply = await server.RunAsync($"{{find: '{Name}', filter: {filter}, sort: {sort ?? "{}"}, collation: {collation}}}");
        return string.Join(",", reply["cursor"]["firstBatch"].AsBsonArray.Select(d => d["_id"]));
    }
}
