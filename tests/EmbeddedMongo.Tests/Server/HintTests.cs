using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class HintTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("'a_1'")]
    [InlineData("{a: 1}")]
    [InlineData("{a: NumberLong(1)}")]
    [InlineData("'_id_'")]
    [InlineData("{_id: 1}")]
    [InlineData("{$natural: 1}")]
    [InlineData("{$natural: -1}")]
    [InlineData("{}")]
    [InlineData("null")]
    public async Task Every_command_takes_the_name_or_the_key_of_an_index_or_none(string hint)
    {
        await FillAsync();

        Assert.Equal("3", Ids(await server.RunAsync($"{{find: '{Name}', filter: {{b: 3}}, hint: {hint}}}")));
        Assert.Equal(2, (await server.RunAsync($"{{count: '{Name}', query: {{b: {{$gt: 1}}}}, hint: {hint}}}"))["n"]);
        Assert.Equal("3", Ids(await server.RunAsync($"{{aggregate: '{Name}', pipeline: [{{$match: {{b: 3}}}}], cursor: {{}}, hint: {hint}}}")));
        Assert.Equal(1, (await server.RunAsync($"{{update: '{Name}', updates: [{{q: {{b: 3}}, u: {{$set: {{c: 1}}}}, hint: {hint}}}]}}"))["n"]);
        Assert.Equal(3, (await server.RunAsync($"{{findAndModify: '{Name}', query: {{b: 3}}, update: {{$set: {{c: 2}}}}, hint: {hint}}}"))["value"]["_id"]);
        Assert.Equal(1, (await server.RunAsync($"{{delete: '{Name}', deletes: [{{q: {{b: 3}}, limit: 1, hint: {hint}}}]}}"))["n"]);
    }

    [Theory]
    [InlineData("'none'", 2)]
    [InlineData("''", 2)]
    [InlineData("{b: 1}", 2)]
    [InlineData("{a: -1}", 2)]
    [InlineData("'hidden'", 2)]
    [InlineData("'text'", 2)]
    [InlineData("{a: 1, b: 1}", 2)]
    [InlineData("{twice: 1}", 27)]
    [InlineData("{$natural: 2}", 2)]
    [InlineData("{$natural: 1, a: 1}", 2)]
    [InlineData("1", 9)]
    [InlineData("['a_1']", 9)]
    public async Task An_index_that_is_not_there_or_not_to_be_used_is_an_error(string hint, int code)
    {
        await FillAsync();
        await server.RunAsync($"{{createIndexes: '{Name}', indexes: [{{key: {{b: 1}}, name: 'hidden', hidden: true}}, {{key: {{t: 'text'}}, name: 'text'}}, "
            + "{key: {twice: 1}, name: 't1'}, {key: {twice: 1}, name: 't2', sparse: true}]}");

        Assert.Equal(code, await server.RefusalAsync($"{{find: '{Name}', hint: {hint}}}"));
        Assert.Equal(code, await server.RefusalAsync($"{{count: '{Name}', hint: {hint}}}"));
        Assert.Equal(code, await server.RefusalAsync($"{{aggregate: '{Name}', pipeline: [], cursor: {{}}, hint: {hint}}}"));
        Assert.Equal(code, await server.RefusalAsync($"{{findAndModify: '{Name}', remove: true, hint: {hint}}}"));
        Assert.Equal(code, (await server.RunAsync($"{{update: '{Name}', updates: [{{q: {{}}, u: {{$set: {{c: 1}}}}, hint: {hint}}}]}}"))["writeErrors"][0]["code"]);
        Assert.Equal(code, (await server.RunAsync($"{{delete: '{Name}', deletes: [{{q: {{}}, limit: 0, hint: {hint}}}]}}"))["writeErrors"][0]["code"]);
    }

    [Fact]
    public async Task Without_the_collection_a_hint_is_not_looked_at() =>
        Assert.Equal("", Ids(await server.RunAsync($"{{find: '{Name}', hint: 'none'}}")));

    [Fact]
    public async Task The_natural_order_is_that_of_insertion_or_its_reverse()
    {
        await _things.InsertAsync("{_id: 3}", "{_id: 1}", "{_id: 2}");

        Assert.Equal("3,1,2", Ids(await server.RunAsync($"{{find: '{Name}', filter: {{_id: {{$gt: 0}}}}, hint: {{$natural: 1}}}}")));
        Assert.Equal("2,1,3", Ids(await server.RunAsync($"{{find: '{Name}', filter: {{_id: {{$gt: 0}}}}, hint: {{$natural: -1}}}}")));
        Assert.Equal("1,2,3", Ids(await server.RunAsync($"{{find: '{Name}', sort: {{_id: 1}}, hint: {{$natural: -1}}}}")));
        Assert.Equal("1,2,3", Ids(await server.RunAsync($"{{find: '{Name}', hint: '_id_'}}")));
        Assert.Equal(2, await server.RefusalAsync($"{{find: '{Name}', sort: {{$natural: 1}}, hint: '_id_'}}"));
    }

    // As MongoDB documents it: "if you hint a sparse index, the result may be incomplete".
    [Fact]
    public async Task An_index_that_leaves_documents_out_finds_only_what_it_contains()
    {
        await _things.IndexAsync("{a: 1}", new CreateIndexOptions<BsonDocument> { Name = "sparse", Sparse = true });
        await _things.IndexAsync("{b: 1}", new CreateIndexOptions<BsonDocument> { Name = "partial", PartialFilterExpression = "{b: {$gt: 1}}" });
        await _things.InsertAsync("{_id: 1, a: 1, b: 1}", "{_id: 2, b: 2}", "{_id: 3, a: null, b: 3}");

        Assert.Equal("3,1", Ids(await server.RunAsync($"{{find: '{Name}', sort: {{a: 1}}, hint: 'sparse'}}")));
        Assert.Equal("3", Ids(await server.RunAsync($"{{find: '{Name}', filter: {{a: null}}, hint: 'sparse'}}")));
        Assert.Equal(2, (await server.RunAsync($"{{count: '{Name}', hint: 'sparse'}}"))["n"]);
        Assert.Equal("2,3", Ids(await server.RunAsync($"{{find: '{Name}', hint: 'partial'}}")));
        Assert.Equal("1,2,3", Ids(await server.RunAsync($"{{find: '{Name}', filter: {{b: {{$gte: 1}}}}, sort: {{b: 1}}}}")));
    }

    [Fact]
    public async Task A_text_search_has_an_index_of_its_own()
    {
        await FillAsync();
        await _things.IndexAsync("{t: 'text'}");

        Assert.Equal(2, await server.RefusalAsync($"{{find: '{Name}', filter: {{$text: {{$search: 'x'}}}}, hint: 'a_1'}}"));
        Assert.Equal(2, await server.RefusalAsync($"{{find: '{Name}', filter: {{$text: {{$search: 'x'}}}}, sort: {{$natural: 1}}}}"));
    }

    [Fact]
    public async Task An_insert_instead_of_an_update_does_not_hide_that_the_index_is_not_there()
    {
        var reply = await server.RunAsync($"{{update: '{Name}', updates: [{{q: {{_id: 1}}, u: {{$set: {{c: 1}}}}, upsert: true, hint: 'none'}}]}}");

        Assert.Equal(2, reply["writeErrors"][0]["code"]);
        Assert.Equal("", await _things.IdsAsync("{}"));
        Assert.Equal(1, (await server.RunAsync($"{{update: '{Name}', updates: [{{q: {{_id: 1}}, u: {{$set: {{c: 1}}}}, upsert: true, hint: '_id_'}}]}}"))["n"]);
    }

    private async Task FillAsync()
    {
        await _things.IndexAsync("{a: 1}");
        await _things.InsertAsync("{_id: 1, a: 3, b: 1}", "{_id: 2, a: 2, b: 2}", "{_id: 3, a: 1, b: 3}");
    }

    private static string Ids(BsonDocument reply) => string.Join(",", reply["cursor"]["firstBatch"].AsBsonArray.Select(d => d["_id"]));
}
