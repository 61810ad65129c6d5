using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What a text search finds, and in which order.</summary>
public sealed class TextTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _works = server.NewCollection();

    [Theory]
    [InlineData("harbour", "1,2")]
    [InlineData("HARBOUR night", "1,2,4")]
    [InlineData("zurich", "3")]
    [InlineData("Zürich", "3")]
    [InlineData("harbour -dawn", "2")]
    [InlineData("\"blue harbour\"", "1")]
    [InlineData("\"harbour blue\"", "")]
    [InlineData("\"blue harbour\" night", "1")]
    [InlineData("the", "4")]
    [InlineData("harbours", "")]
    [InlineData("oil-paint", "4")]
    [InlineData("tag_one", "2")]
    [InlineData("", "")]
    public async Task Words_phrases_and_negations_find_what_they_should(string search, string ids)
    {
        await FillAsync();

        var found = await _works.Find(Builders<BsonDocument>.Filter.Text(search)).Sort("{_id: 1}").ToListAsync(Find.Ct);

        Assert.Equal(ids, string.Join(",", found.Select(d => d["_id"])));
    }

    [Fact]
    public async Task Hits_are_ordered_by_weight_and_frequency()
    {
        await FillAsync();
        await _works.InsertAsync("{_id: 10, text: 'gold'}", "{_id: 11, title: 'gold and much else'}", "{_id: 12, text: 'gold gold gold or so'}", "{_id: 13, text: 'gold among a great many other words'}");

        var best = await _works.Find(Builders<BsonDocument>.Filter.Text("gold"))
            .Sort("{score: {$meta: 'textScore'}}").Project("{score: {$meta: 'textScore'}}").ToListAsync(Find.Ct);

        Assert.Equal([11, 12, 10, 13], best.Select(d => d["_id"].AsInt32));
        Assert.Equal(best.Select(d => d["score"].AsDouble).OrderDescending(), best.Select(d => d["score"].AsDouble));
        Assert.DoesNotContain(best, d => d.Names.Any(name => name.StartsWith('$')));
    }

    [Theory]
    [InlineData("{score: {$meta: 'textScore'}}")]
    [InlineData("{score: {$meta: 'textScore'}, _id: -1}")]
    [InlineData("{_id: -1, score: {$meta: 'textScore'}}")]
    public async Task A_page_of_hits_is_what_stands_there_in_all_of_them(string sort)
    {
        await _works.IndexAsync("{title: 'text'}", new() { DefaultLanguage = "none" });
        await _works.InsertManyAsync(
            Enumerable.Range(0, 60).Select(i => new BsonDocument { { "_id", i }, { "title", string.Join(' ', Enumerable.Repeat("gold", 1 + (i % 7)).Append("leaf")) } }),
            cancellationToken: Find.Ct);
        var hits = _works.Find(Builders<BsonDocument>.Filter.Text("gold")).Sort(sort).Project("{score: {$meta: 'textScore'}}");
        var all = await hits.ToListAsync(Find.Ct);

        Assert.Equal(60, all.Count);
        Assert.Equal(all[20..29], await hits.Skip(20).Limit(9).ToListAsync(Find.Ct));
    }

    [Fact]
    public async Task A_text_search_is_combined_with_other_conditions_paged_and_counted()
    {
        await FillAsync();
        var filter = Builders<BsonDocument>.Filter.Text("harbour night") & new BsonDocument("price", new BsonDocument("$gt", 10));

        Assert.Equal(2, await _works.CountDocumentsAsync(filter, cancellationToken: Find.Ct));
        Assert.Equal(4, (await _works.Find(filter).Sort("{price: 1}").Skip(1).Limit(1).SingleAsync(Find.Ct))["_id"]);
        Assert.Equal(2, (await _works.Aggregate().Match(filter).Group("{_id: null, n: {$sum: 1}}").SingleAsync(Find.Ct))["n"]);
    }

    [Fact]
    public async Task Words_follow_the_document()
    {
        await FillAsync();

        await _works.UpdateAsync("{_id: 1}", "{$set: {title: 'Green meadow'}}");
        await _works.DeleteOneAsync("{_id: 2}", Find.Ct);

        Assert.Equal(0, await _works.CountDocumentsAsync(Builders<BsonDocument>.Filter.Text("harbour"), cancellationToken: Find.Ct));
        Assert.Equal(1, await _works.CountDocumentsAsync(Builders<BsonDocument>.Filter.Text("meadow"), cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task Without_a_text_index_a_search_is_refused() =>
        Assert.Equal(27, (await Assert.ThrowsAsync<MongoCommandException>(async () =>
        {
            await _works.InsertAsync("{_id: 1}");
            await _works.Find(Builders<BsonDocument>.Filter.Text("x")).ToListAsync(Find.Ct);
        })).Code);

    [Theory]
    [InlineData("harbours", "1,2")]
    [InlineData("painted paints", "4")]
    [InlineData("the and of", "")]
    [InlineData("nights", "4")]
    [InlineData("didn't", "")]
    [InlineData("-nights harbour", "1,2")]
    [InlineData("zurich's", "3")]
    public async Task English_is_what_an_index_reads_unless_told_otherwise(string search, string ids)
    {
        await _works.IndexAsync("{title: 'text', text: 'text'}");
        await InsertWorksAsync();

        Assert.Equal(ids, await SearchAsync($"{{$search: \"{search}\"}}"));
        Assert.Equal("english", (await IndexDocumentAsync())["default_language"]);
    }

    [Theory]
    [InlineData("{$search: 'harbour'}", "1,2")]
    [InlineData("{$search: 'Harbour', $caseSensitive: true}", "2")]
    [InlineData("{$search: 'harbour', $caseSensitive: true}", "1")]
    [InlineData("{$search: 'harbour -Blue', $caseSensitive: true}", "")]
    [InlineData("{$search: 'harbour -blue', $caseSensitive: true}", "1")]
    [InlineData("{$search: '\"Blue harbour\"', $caseSensitive: true}", "1")]
    [InlineData("{$search: '\"blue harbour\"', $caseSensitive: true}", "")]
    [InlineData("{$search: 'Zürich', $diacriticSensitive: true}", "3")]
    [InlineData("{$search: 'zurich', $diacriticSensitive: true}", "")]
    [InlineData("{$search: '\"zürich\"', $diacriticSensitive: true}", "3")]
    [InlineData("{$search: 'harbours', $language: 'en'}", "1,2")]
    [InlineData("{$search: 'harbours', $language: 'none'}", "")]
    [InlineData("{$search: 'the night', $language: 'ENGLISH'}", "4")]
    public async Task A_search_says_what_it_tells_apart_and_in_which_language(string text, string ids)
    {
        await _works.IndexAsync("{title: 'text', text: 'text'}", new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none" });
        await InsertWorksAsync();

        Assert.Equal(ids, await SearchAsync(text));
    }

    [Theory]
    [InlineData("harbour -blue", "2")]
    [InlineData("harbour - blue", "1,2")]
    [InlineData("harbour -blue-dawn", "2")]
    [InlineData("harbour-blue", "1,2")]
    [InlineData("harbour -\"at dawn\"", "2")]
    [InlineData("\"harbour at", "1,2")]
    [InlineData("-harbour", "")]
    [InlineData("\"blue\" \"dawn\"", "1")]
    public async Task Hyphens_and_quotation_marks_mean_what_they_mean_in_MongoDB(string search, string ids)
    {
        await FillAsync();

        Assert.Equal(ids, await SearchAsync(new BsonDocument("$search", search)));
    }

    [Theory]
    [InlineData("a,b;c", "c", true)]
    [InlineData("a\u2019b", "b", true)]
    [InlineData("snake_case", "snake", false)]
    [InlineData("snake_case", "snake_case", true)]
    [InlineData("ΣΊΣΥΦΟΣ", "σισυφος", true)]
    [InlineData("Ꭰ", "ꭰ", true)]
    [InlineData("naïveté", "NAIVETE", true)]
    [InlineData("o\u0308l", "ol", true)]
    [InlineData("Straße", "strasse", false)]
    [InlineData("日本語", "日本", false)]
    public async Task Words_end_and_are_folded_by_Unicode(string text, string search, bool found)
    {
        await _works.IndexAsync("{t: 'text'}", new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none" });
        await _works.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "t", text } }, cancellationToken: Find.Ct);

        Assert.Equal(found ? "1" : "", await SearchAsync(new BsonDocument("$search", search)));
    }

    // Weight, times 1 and half of each repetition, times 0.5 and half of the share, times 1.1 where the word is all there is.
    [Theory]
    [InlineData("gold", 1.1)]
    [InlineData("Gold", 1.1)]
    [InlineData("gold ring", 0.75)]
    [InlineData("gold gold ring", 1.25)]
    [InlineData("ring", 0)]
    public async Task A_score_is_computed_as_MongoDB_computes_it(string text, double score)
    {
        await _works.IndexAsync("{t: 'text'}");
        await _works.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "t", text } }, cancellationToken: Find.Ct);

        var found = await _works.Find(Builders<BsonDocument>.Filter.Text("gold")).Project("{score: {$meta: 'textScore'}}").FirstOrDefaultAsync(Find.Ct);

        Assert.Equal(score, found?["score"].AsDouble ?? 0, 12);
    }

    [Theory]
    [InlineData("{}", 4)]
    [InlineData("{$search: 1}", 14)]
    [InlineData("{$search: 'a', $language: 'german'}", 2)]
    [InlineData("{$search: 'a', $language: 1}", 14)]
    [InlineData("{$search: 'a', $caseSensitive: 1}", 14)]
    [InlineData("{$search: 'a', $other: true}", 2)]
    [InlineData("'a'", 2)]
    public async Task A_search_that_is_none_is_refused(string text, int code)
    {
        await FillAsync();

        Assert.Equal(code, await server.RefusalAsync($"{{find: '{_works.CollectionNamespace.CollectionName}', filter: {{$text: {text}}}}}"));
    }

    [Theory]
    [InlineData("update: {$set: {b: 1}}", "{_id: 2, t: 'gold gold', score: 1.5}")]
    [InlineData("update: {$set: {b: 1}}, new: true", "{_id: 2, t: 'gold gold', b: 1, score: 1.5}")]
    [InlineData("update: {$set: {b: 1}}, sort: {score: {$meta: 'textScore'}}", "{_id: 2, t: 'gold gold', score: 1.5}")]
    [InlineData("remove: true, sort: {_id: 1}", "{_id: 1, t: 'gold', score: 1.1}")]
    public async Task FindAndModify_shows_the_score_of_what_it_changes(string change, string expected)
    {
        await _works.IndexAsync("{t: 'text'}");
        await _works.InsertAsync("{_id: 1, t: 'gold'}", "{_id: 2, t: 'gold gold'}");
        var name = _works.CollectionNamespace.CollectionName;

        var request = $"query: {{$text: {{$search: 'gold'}}}}, fields: {{score: {{$meta: 'textScore'}}}}, {change}";
        Assert.Equal(BsonDocument.Parse(expected), (await server.RunAsync($"{{findAndModify: '{name}', {request}}}"))["value"]);
        Assert.Equal(40218, await server.RefusalAsync($"{{findAndModify: '{name}', query: {{_id: 1}}, fields: {{score: {{$meta: 'textScore'}}}}, {change}}}"));
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
