using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class IndexTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Fact]
    public async Task A_unique_index_lets_a_value_in_once_whatever_its_numeric_type()
    {
        await _things.IndexAsync("{n: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await _things.InsertAsync("{_id: 1, n: 5}");

        var error = await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 2, n: NumberDecimal('5.0')}"));
        await _things.InsertAsync("{_id: 3, n: '5'}", "{_id: 4, n: 5.5}");

        Assert.Equal(11000, error.Code);
        Assert.Contains("index: n_1 dup key: { n: 5.0 }", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Missing_counts_as_null_and_can_be_there_once()
    {
        await _things.IndexAsync("{mail: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await _things.InsertAsync("{_id: 1}");

        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 2, mail: null}"))).Code);
    }

    [Fact]
    public async Task A_sparse_unique_index_leaves_out_documents_without_the_field()
    {
        await _things.IndexAsync("{mail: 1}", new CreateIndexOptions<BsonDocument> { Unique = true, Sparse = true });
        await _things.InsertAsync("{_id: 1}", "{_id: 2}", "{_id: 3, mail: null}");

        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 4, mail: null}"))).Code);
        Assert.Equal("1,2,3", await _things.IdsAsync("{mail: null}"));
        Assert.Equal("1,2,3", await _things.IdsAsync("{}", "{mail: 1}"));
        Assert.Equal("3", await _things.IdsAsync("{mail: {$exists: true}}"));
    }

    [Fact]
    public async Task One_document_may_repeat_a_key_but_two_may_not_share_it()
    {
        await _things.IndexAsync("{tags: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await _things.InsertAsync("{_id: 1, tags: ['a', 'a', 'b']}", "{_id: 2, tags: ['c']}");

        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 3, tags: ['d', 'b']}"))).Code);
        await _things.UpdateAsync("{_id: 1}", "{$set: {tags: ['a', 'd']}}");
        await _things.InsertAsync("{_id: 4, tags: ['b']}");

        Assert.Equal("4", await _things.IdsAsync("{tags: 'b'}"));
        Assert.Equal("1", await _things.IdsAsync("{tags: 'd'}"));
    }

    [Fact]
    public async Task An_edition_is_sold_once()
    {
        await _things.IndexAsync("{'item.productId': 1, editions: 1}", new CreateIndexOptions<BsonDocument> { Unique = true, PartialFilterExpression = "{sold: true}" });
        await _things.InsertAsync(
            "{_id: 1, item: {productId: 'p'}, open: true}", "{_id: 2, item: {productId: 'p'}, open: true}", "{_id: 3, item: {productId: 'q'}, open: true}");

        await _things.UpdateAsync("{_id: 1}", "{$set: {sold: true, editions: [1, 2]}}");
        var error = await Find.WriteErrorAsync(() => _things.UpdateAsync("{_id: 2}", "{$set: {sold: true, editions: [2, 3], note: 'x'}}"));
        Assert.Equal(11000, error.Code);
        Assert.Contains("dup key: { item.productId: \"p\", editions: 2 }", error.Message, StringComparison.Ordinal);
        Assert.Equal("", await _things.IdsAsync("{note: 'x'}"));

        await _things.UpdateAsync("{_id: 3}", "{$set: {sold: true, editions: [1]}}");
        await _things.UpdateAsync("{_id: 2}", "{$set: {sold: true, editions: [3]}}");
        await _things.UpdateAsync("{_id: 1}", "{$set: {sold: false}}");
        await _things.UpdateAsync("{_id: 2}", "{$set: {editions: [1, 2, 3]}}");

        Assert.Equal("2,3", await _things.IdsAsync("{sold: true}", "{_id: 1}"));
    }

    [Fact]
    public async Task A_buyer_has_one_open_order_for_a_piece()
    {
        await _things.IndexAsync("{userId: 1, 'item.productId': 1}", new CreateIndexOptions<BsonDocument> { Unique = true, PartialFilterExpression = "{open: true}" });
        await _things.InsertAsync("{_id: 1, userId: 'u', item: {productId: 'p'}, open: true}");

        Assert.Equal(11000, (await Find.WriteErrorAsync(() => _things.InsertOneAsync("{_id: 2, userId: 'u', item: {productId: 'p'}, open: true}"))).Code);
        await _things.UpdateAsync("{_id: 1}", "{$unset: {open: 1}}");
        await _things.InsertAsync("{_id: 2, userId: 'u', item: {productId: 'p'}, open: true}", "{_id: 3, userId: 'u', item: {productId: 'p'}}");

        Assert.Equal("2", await _things.IdsAsync("{userId: 'u', 'item.productId': 'p', open: true}"));
        Assert.Equal("1,2,3", await _things.IdsAsync("{userId: 'u', 'item.productId': 'p'}"));
    }

    [Fact]
    public async Task An_update_that_violates_one_of_several_indexes_changes_none()
    {
        await _things.IndexAsync("{a: 1}");
        await _things.IndexAsync("{b: 1}", new CreateIndexOptions<BsonDocument> { Unique = true });
        await _things.InsertAsync("{_id: 1, a: 1, b: 1}", "{_id: 2, a: 2, b: 2}");

        await Find.WriteErrorAsync(() => _things.UpdateAsync("{_id: 2}", "{$set: {a: 3, b: 1}}"));

        Assert.Equal("2", await _things.IdsAsync("{a: 2}"));
        Assert.Equal("", await _things.IdsAsync("{a: 3}"));
        Assert.Equal("2", await _things.IdsAsync("{b: 2}"));
    }

    [Fact]
    public async Task A_unique_index_cannot_be_built_over_duplicates_and_leaves_nothing_behind()
    {
        await _things.InsertAsync("{_id: 1, a: 1}", "{_id: 2, a: 1}");

        var error = await Assert.ThrowsAsync<MongoCommandException>(() => _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Unique = true }));

        Assert.Equal(11000, error.Code);
        Assert.Single(await (await _things.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct));
        await _things.InsertAsync("{_id: 3, a: 1}");
    }

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

    [Fact]
    public async Task Asking_for_the_same_index_again_changes_nothing_and_for_another_of_its_name_is_refused()
    {
        await _things.IndexAsync("{a: 1}");
        await _things.IndexAsync("{a: 1}");

        Assert.Equal(86, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{b: 1}}, name: 'a_1'}}]}}"));
        Assert.Equal(85, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{a: 1}}, name: 'other'}}]}}"));
    }

    [Theory]
    [InlineData("{key: {a: '2dsphere'}, name: 'i'}", 67)]
    [InlineData("{key: {a: 0}, name: 'i'}", 67)]
    [InlineData("{key: {'$**': 1}, name: 'i'}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', nonsense: 1}", 197)]
    [InlineData("{key: {a: 1}, name: 'i', collation: {locale: 'en'}}", 238)]
    [InlineData("{key: {a: 1}, name: 'i', hidden: true}", 238)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$ne: 1}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', partialFilterExpression: {b: {$exists: false}}}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', sparse: true, partialFilterExpression: {b: 1}}", 67)]
    [InlineData("{key: {a: 1, b: 1}, name: 'i', expireAfterSeconds: 1}", 67)]
    [InlineData("{key: {a: 1}, name: 'i', expireAfterSeconds: -1}", 67)]
    [InlineData("{key: {a: 'text'}, name: 'i'}", 238)]
    [InlineData("{key: {a: 'text'}, name: 'i', default_language: 'german'}", 238)]
    [InlineData("{key: {a: 1}}", 9)]
    public async Task Index_definitions_it_cannot_keep_are_refused(string definition, int code) =>
        Assert.Equal(code, await server.RefusalAsync($"{{createIndexes: '{Name}', indexes: [{definition}]}}"));

    [Fact]
    public async Task Collections_and_databases_come_with_the_first_document_and_go_when_dropped()
    {
        var database = server.Client.GetDatabase("coming-and-going");
        await database.GetCollection<BsonDocument>("a").InsertOneAsync(new BsonDocument("_id", 1), cancellationToken: Find.Ct);
        await database.CreateCollectionAsync("b", cancellationToken: Find.Ct);

        Assert.Equal(["a", "b"], await (await database.ListCollectionNamesAsync(cancellationToken: Find.Ct)).ToListAsync(Find.Ct));
        Assert.Equal(48, await server.RefusalAsync("{create: 'b'}", "coming-and-going"));
        Assert.Contains("coming-and-going", await (await server.Client.ListDatabaseNamesAsync(Find.Ct)).ToListAsync(Find.Ct));

        await database.DropCollectionAsync("a", Find.Ct);
        Assert.Equal(0, await database.GetCollection<BsonDocument>("a").CountDocumentsAsync("{}", cancellationToken: Find.Ct));
        await server.Client.DropDatabaseAsync("coming-and-going", Find.Ct);
        Assert.DoesNotContain("coming-and-going", await (await server.Client.ListDatabaseNamesAsync(Find.Ct)).ToListAsync(Find.Ct));
    }
}
