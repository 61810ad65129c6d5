using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Concurrency;

/// <summary>What a cursor reads from changes or goes between two of its batches.</summary>
public sealed class OpenCursorTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("{find: 'NAME', batchSize: 2}")]
    [InlineData("{find: 'NAME', batchSize: 2, filter: {n: {$gte: 0}}}")]
    [InlineData("{find: 'NAME', batchSize: 2, sort: {m: 1}}")]
    [InlineData("{find: 'NAME', batchSize: 2, filter: {$text: {$search: 'word'}}}")]
    [InlineData("{aggregate: 'NAME', pipeline: [{$match: {}}], cursor: {batchSize: 2}}")]
    public async Task A_cursor_over_a_dropped_collection_ends_with_175_even_if_there_is_another_of_its_name(string command)
    {
        await FillAsync();
        var id = await OpenAsync(command);
        await server.Database.DropCollectionAsync(Name, Find.Ct);
        await FillAsync();

        Assert.Equal(175, await MoreAsync(id));
        Assert.Equal(43, await MoreAsync(id));
    }

    [Fact]
    public async Task A_cursor_over_a_dropped_database_ends_with_175()
    {
        var things = server.Client.GetDatabase("gone").GetCollection<BsonDocument>(Name);
        await things.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument("_id", i)), cancellationToken: Find.Ct);
        var id = (await server.RunAsync($"{{find: '{Name}', batchSize: 2}}", "gone"))["cursor"]["id"].AsInt64;
        await server.Client.DropDatabaseAsync("gone", Find.Ct);

        Assert.Equal(175, await server.RefusalAsync($"{{getMore: NumberLong('{id}'), collection: '{Name}'}}", "gone"));
    }

    [Theory]
    [InlineData("{find: 'NAME', batchSize: 2, filter: {n: {$gte: 0}}}", "n_1", true)]
    [InlineData("{find: 'NAME', batchSize: 2, sort: {n: -1}}", "n_1", true)]
    [InlineData("{find: 'NAME', batchSize: 2, filter: {$text: {$search: 'word'}}}", "t_text", true)]
    [InlineData("{find: 'NAME', batchSize: 2, filter: {n: {$gte: 0}}}", "t_text", false)]
    [InlineData("{find: 'NAME', batchSize: 2}", "n_1", false)]
    public async Task A_dropped_index_ends_the_cursors_that_read_it_and_no_other(string command, string index, bool ends)
    {
        await FillAsync();
        var id = await OpenAsync(command);
        await _things.Indexes.DropOneAsync(index, Find.Ct);

        if (ends)
        {
            Assert.Equal(175, await MoreAsync(id));
        }
        else
        {
            Assert.Equal(8, (await server.RunAsync(GetMore(id)))["cursor"]["nextBatch"].AsBsonArray.Count);
        }
    }

    [Fact]
    public async Task A_grouping_that_has_read_its_input_outlives_the_collection()
    {
        await FillAsync();
        var id = await OpenAsync("{aggregate: 'NAME', pipeline: [{$group: {_id: '$n'}}, {$sort: {_id: 1}}], cursor: {batchSize: 2}}");
        await server.Database.DropCollectionAsync(Name, Find.Ct);

        Assert.Equal(8, (await server.RunAsync(GetMore(id)))["cursor"]["nextBatch"].AsBsonArray.Count);
    }

    [Fact]
    public async Task A_text_cursor_gives_no_document_that_took_the_place_of_a_hit()
    {
        await FillAsync();
        var id = await OpenAsync("{find: 'NAME', batchSize: 2, filter: {$text: {$search: 'word'}}}");
        await _things.DeleteOneAsync("{_id: 9}", Find.Ct);
        await _things.InsertOneAsync("{_id: 'new', t: 'something else'}");

        var rest = (await server.RunAsync(GetMore(id)))["cursor"]["nextBatch"].AsBsonArray;

        Assert.Equal(Enumerable.Range(2, 7), rest.Select(d => d["_id"].AsInt32).Order());
    }

    [Fact]
    public async Task Of_many_who_read_one_cursor_at_once_each_document_goes_to_one_and_the_others_are_told()
    {
        await _things.InsertManyAsync(Enumerable.Range(0, 500).Select(i => new BsonDocument("_id", i)), cancellationToken: Find.Ct);

        // Without a session, as the cursor would belong to it.
        using var first = await RawClient.ConnectAsync(server.Port);
        var opened = await first.RunAsync($"{{find: '{Name}', batchSize: 2}}");
        var getMore = $"{{getMore: NumberLong('{opened["cursor"]["id"]}'), collection: '{Name}', batchSize: 5}}";
        var got = await Task.WhenAll(Enumerable.Range(0, 16).Select(async _ =>
        {
            using var socket = await RawClient.ConnectAsync(server.Port);
            var mine = new List<int>();
            for (var i = 0; i < 20; i++)
            {
                var answer = await socket.RunAsync(getMore);
                if (answer["ok"] == 1)
                {
                    mine.AddRange(answer["cursor"]["nextBatch"].AsBsonArray.Select(d => d["_id"].AsInt32));
                }
                else
                {
                    // In use by another one, or read to its end.
                    Assert.Contains(answer["code"].AsInt32, (int[])[143, 43]);
                }
            }

            return mine;
        }));

        var ids = got.SelectMany(batch => batch).ToList();
        Assert.Equal(ids.Order(), ids.Distinct().Order());
        Assert.Equal(Enumerable.Range(2, ids.Count), ids.Order());
    }

    private static string Fill(string template, string name) => template.Replace("NAME", name, StringComparison.Ordinal);

    private async Task FillAsync()
    {
        await _things.IndexAsync("{n: 1}");
        await _things.IndexAsync("{t: 'text'}", new CreateIndexOptions<BsonDocument> { DefaultLanguage = "none" });
        await _things.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument { { "_id", i }, { "n", i }, { "m", -i }, { "t", "word" } }), cancellationToken: Find.Ct);
    }

    private async Task<long> OpenAsync(string command)
    {
        var cursor = (await server.RunAsync(Fill(command, Name)))["cursor"];
        Assert.Equal(2, cursor["firstBatch"].AsBsonArray.Count);
        return cursor["id"].AsInt64;
    }

    private string GetMore(long id) => $"{{getMore: NumberLong('{id}'), collection: '{Name}'}}";

    private Task<int> MoreAsync(long id) => server.RefusalAsync(GetMore(id));
}
