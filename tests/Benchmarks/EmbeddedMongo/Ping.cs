using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>The floor under all others: a request and an answer with nothing in them.</summary>
internal sealed class Ping(Stores stores) : Benchmark
{
    public const string Title = "ping";
    private static readonly BsonDocumentCommand<BsonDocument> Command = new(new BsonDocument("ping", 1));
    private IMongoDatabase _database = null!;

    public override string Name => Title;

    public override async Task PrepareAsync() => _database = await stores.TemporaryAsync();

    public override async Task RunAsync(Random random) => Require((await _database.RunCommandAsync(Command))["ok"] == 1, "ping");
}
