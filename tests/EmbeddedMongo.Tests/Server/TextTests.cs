using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

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

    [Fact]
    public async Task A_document_in_a_language_of_its_own_is_refused()
    {
        await FillAsync();

        Assert.Equal(17262, (await Find.WriteErrorAsync(() => _works.InsertOneAsync("{title: 'Hafen', language: 'german'}"))).Code);
    }

    [Fact]
    public async Task Only_one_text_index_is_possible()
    {
        await FillAsync();

        var error = await Assert.ThrowsAsync<MongoCommandException>(() => _works.IndexAsync("{other: 'text'}", new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none" }));

        Assert.Equal(85, error.Code);
    }

    private async Task FillAsync()
    {
        await _works.IndexAsync("{title: 'text', text: 'text', tags: 'text'}",
            new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none", Weights = new BsonDocument("title", 10) });
        await _works.InsertAsync(
            "{_id: 1, title: 'Blue harbour at dawn', price: 5}",
            "{_id: 2, title: 'Harbour', tags: ['tag_one', 'sea'], price: 20}",
            "{_id: 3, title: 'Zürich', price: 30}",
            "{_id: 4, title: 'The night', text: 'oil, paint', price: 40}");
    }
}
