using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What unique, sparse and partial indexes let in.</summary>
public sealed class IndexTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

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
}
