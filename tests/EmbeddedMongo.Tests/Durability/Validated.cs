using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Durability;

internal static class Validated
{
    /// <summary>Every index of the collection agrees with it.</summary>
    public static async Task CheckAsync(IMongoDatabase database, string collection)
    {
        var result = await database.RunCommandAsync<BsonDocument>(new BsonDocument("validate", collection), cancellationToken: Find.Ct);
        Assert.True(result["valid"].AsBoolean, result.ToJson());
    }
}
