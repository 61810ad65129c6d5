using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;
using static Visuels.EmbeddedMongo.Tests.Server.Find;

namespace Visuels.EmbeddedMongo.Tests.Server;

public class AggregationTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Pipelines_mean_what_the_oracle_says_with_indexes_and_without()
    {
        var (plain, indexed, other) = (server.NewCollection(), server.NewCollection(), server.NewCollection());
        await other.InsertManyAsync(PipelineOracle.Other, cancellationToken: Ct);

        foreach (var index in new[] { "{k: 1, n: 1}", "{n: -1}", "{a: 1}" })
        {
            await indexed.IndexAsync(index);
            await other.IndexAsync(index);
        }

        await PipelineOracle.Documents.Array[0, 30].SelectMany(documents => PipelineOracle.Pipelines.Array[10].Select(pipelines => (documents, pipelines))).SampleAsync(async run =>
        {
            var documents = run.documents.Select((d, i) => new BsonDocument("_id", i).Merge(d)).ToList();

            foreach (var collection in new[] { plain, indexed })
            {
                await collection.DeleteManyAsync("{}", Ct);

                if (documents.Count > 0)
                {
                    await collection.InsertManyAsync(documents, cancellationToken: Ct);
                }

                foreach (var pipeline in run.pipelines)
                {
                    var text = $"[{string.Join(", ", pipeline.Select(p => p.Stage))}]".Replace("OTHER", other.CollectionNamespace.CollectionName, StringComparison.Ordinal);
                    var expected = pipeline.Aggregate(documents, (found, stage) => [.. stage.Meaning(found)]);
                    Assert.True(Bag(expected) == Bag(await RunAsync(collection, text)), $"{text}\nof {new BsonArray(documents)}\nexpected {Bag(expected)}");
                }
            }
        }, iter: 25, threads: 1);
    }

    private static string Bag(IEnumerable<BsonValue> documents) => string.Join("\n", documents.Select(d => new BsonDocument(d.AsBsonDocument.OrderBy(e => e.Name)).ToString()).Order(StringComparer.Ordinal));

    private static async Task<BsonArray> RunAsync(IMongoCollection<BsonDocument> collection, string pipeline, AggregateOptions? options = null) =>
        [.. await (await collection.AggregateAsync<BsonDocument>(Arr(pipeline).Cast<BsonDocument>().ToArray(), options, Ct)).ToListAsync(Ct)];
}
