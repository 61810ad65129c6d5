using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What a text index holds, and which searches it serves.</summary>
public sealed class TextIndexTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _works = server.NewCollection();

    [Fact]
    public async Task A_document_can_say_its_own_language_and_so_can_one_inside_it()
    {
        await _works.IndexAsync("{t: 'text', 'parts.t': 'text'}", new CreateIndexOptions<BsonDocument> { LanguageOverride = "lang" });
        await _works.InsertAsync("{_id: 1, t: 'running', lang: 'none'}", "{_id: 2, t: 'running'}", "{_id: 3, parts: [{t: 'running', lang: 'none'}, {t: 'jumping'}]}");

        Assert.Equal("2", await SearchAsync("{$search: 'runs'}"));
        Assert.Equal("1,3", await SearchAsync("{$search: 'running', $language: 'none'}"));
        Assert.Equal("3", await SearchAsync("{$search: 'jumped'}"));
    }

    [Theory]
    [InlineData("{title: 'Hafen', language: 'german'}", 17262)]
    [InlineData("{title: 'Hafen', language: 1}", 17261)]
    public async Task A_document_in_a_language_it_does_not_know_is_refused(string document, int code)
    {
        await FillAsync();

        Assert.Equal(code, (await Find.WriteErrorAsync(() => _works.InsertOneAsync(document))).Code);
    }

    [Fact]
    public async Task An_index_can_read_every_text_of_a_document()
    {
        await _works.IndexAsync("{'$**': 'text'}");
        await _works.InsertAsync("{_id: 1, a: {b: ['deep', {c: 'deeper'}]}}", "{_id: 2, n: 5, language: 'english', s: 'shallow'}");

        Assert.Equal("1", await SearchAsync("{$search: 'deep'}"));
        Assert.Equal("1", await SearchAsync("{$search: 'deeper'}"));
        Assert.Equal("2", await SearchAsync("{$search: 'shallow'}"));
        Assert.Equal("", await SearchAsync("{$search: 'english'}"));
        Assert.Equal(BsonDocument.Parse("{v: 2, key: {_fts: 'text', _ftsx: 1}, name: '$**_text', weights: {'$**': 1}, default_language: 'english', language_override: 'language', textIndexVersion: 3}"), await IndexDocumentAsync());
    }

    [Fact]
    public async Task The_fields_before_the_text_must_be_said_to_equal_something()
    {
        await _works.IndexAsync("{shop: 1, t: 'text', price: -1}");
        await _works.InsertAsync("{_id: 1, shop: 1, t: 'gold'}", "{_id: 2, shop: 2, t: 'gold'}", "{_id: 3, t: 'gold'}");
        var name = _works.CollectionNamespace.CollectionName;

        Assert.Equal("1", await _works.IdsAsync("{shop: 1, $text: {$search: 'gold'}}"));
        Assert.Equal("3", await _works.IdsAsync("{$and: [{shop: {$eq: null}}, {$text: {$search: 'gold'}}]}"));
        Assert.Equal("2", await _works.IdsAsync("{shop: {$in: [2]}, $text: {$search: 'gold'}}"));
        Assert.Equal(291, await server.RefusalAsync($"{{find: '{name}', filter: {{shop: {{$in: [1, 2]}}, $text: {{$search: 'gold'}}}}}}"));
        Assert.Equal(291, await server.RefusalAsync($"{{find: '{name}', filter: {{$text: {{$search: 'gold'}}}}}}"));
        Assert.Equal(291, await server.RefusalAsync($"{{find: '{name}', filter: {{shop: {{$gt: 0}}, $text: {{$search: 'gold'}}}}}}"));
        Assert.Equal(BsonDocument.Parse("{shop: 1, _fts: 'text', _ftsx: 1, price: -1}"), (await IndexDocumentAsync())["key"]);
        Assert.Equal(201, (await Find.WriteErrorAsync(() => _works.InsertOneAsync("{shop: [1], t: 'gold'}"))).Code);
        Assert.Equal(201, (await Find.WriteErrorAsync(() => _works.InsertOneAsync("{shop: 1, price: [1], t: 'gold'}"))).Code);
    }

    [Fact]
    public async Task Only_one_text_index_is_possible()
    {
        await FillAsync();
        var name = _works.CollectionNamespace.CollectionName;

        Assert.Equal(85, await server.RefusalAsync($"{{createIndexes: '{name}', indexes: [{{key: {{other: 'text'}}, name: 'o'}}]}}"));
        Assert.Equal(67, await server.RefusalAsync($"{{createIndexes: '{name}', indexes: [{{key: {{a: 1, other: 'text'}}, name: 'o'}}]}}"));
    }

    [Fact]
    public async Task A_text_index_can_be_made_again_from_what_is_listed()
    {
        await FillAsync();
        var listed = await IndexDocumentAsync();
        await _works.Indexes.DropAllAsync(Find.Ct);

        await server.RunAsync(new BsonDocument { { "createIndexes", _works.CollectionNamespace.CollectionName }, { "indexes", new BsonArray { listed } } }.ToJson());

        Assert.Equal(listed, await IndexDocumentAsync());
        Assert.Equal("2", await SearchAsync("{$search: 'sea'}"));
    }

    [Fact]
    public async Task A_partial_text_index_serves_only_searches_that_its_filter_covers()
    {
        var things = server.NewCollection();
        await things.IndexAsync("{t: 'text'}", new CreateIndexOptions<BsonDocument> { PartialFilterExpression = "{n: {$gt: 5}}" });
        await things.InsertAsync("{_id: 1, t: 'word', n: 1}", "{_id: 2, t: 'word', n: 9}");

        Assert.Equal("2", await things.IdsAsync("{$text: {$search: 'word'}, n: {$gte: 7}}"));
        Assert.Equal(291, await server.RefusalAsync($"{{find: '{things.CollectionNamespace.CollectionName}', filter: {{$text: {{$search: 'word'}}}}}}"));
        Assert.Equal(291, await server.RefusalAsync($"{{find: '{things.CollectionNamespace.CollectionName}', filter: {{$text: {{$search: 'word'}}, n: {{$gt: 0}}}}}}"));
    }

    private async Task<BsonDocument> IndexDocumentAsync() => (await (await _works.Indexes.ListAsync(Find.Ct)).ToListAsync(Find.Ct))[1];

    private async Task<string> SearchAsync(BsonDocument text) => string.Join(",", (await _works.Find(new BsonDocument("$text", text)).Sort("{_id: 1}").ToListAsync(Find.Ct)).Select(d => d["_id"]));

    private Task<string> SearchAsync(string text) => SearchAsync(BsonDocument.Parse(text));

    private async Task FillAsync()
    {
        await _works.IndexAsync("{title: 'text', text: 'text', tags: 'text'}",
            new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none", Weights = new BsonDocument("title", 10) });
        await InsertWorksAsync();
    }

    private Task InsertWorksAsync() => _works.InsertAsync(
        "{_id: 1, title: 'Blue harbour at dawn', price: 5}",
        "{_id: 2, title: 'Harbour', tags: ['tag_one', 'sea'], price: 20}",
        "{_id: 3, title: 'Zürich', price: 30}",
        "{_id: 4, title: 'The night', text: 'oil, paint', price: 40}");
}
