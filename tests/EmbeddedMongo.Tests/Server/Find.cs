using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

internal static class Find
{
    public static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>The ids that match, in the order they came.</summary>
    public static async Task<string> IdsAsync(this IMongoCollection<BsonDocument> collection, string filter, string? sort = null, int? limit = null, int? skip = null)
    {
        var found = await collection.Find(filter).Sort(sort).Limit(limit).Skip(skip).ToListAsync(Ct);
        return string.Join(",", found.Select(d => d["_id"]));
    }

    public static Task InsertAsync(this IMongoCollection<BsonDocument> collection, params string[] documents) =>
        collection.InsertManyAsync(documents.Select(BsonDocument.Parse), cancellationToken: Ct);

    public static Task InsertOneAsync(this IMongoCollection<BsonDocument> collection, string document) =>
        collection.InsertOneAsync(BsonDocument.Parse(document), cancellationToken: Ct);

    public static Task<string> IndexAsync(this IMongoCollection<BsonDocument> collection, string keys, CreateIndexOptions<BsonDocument>? options = null) =>
        collection.Indexes.CreateOneAsync(new CreateIndexModel<BsonDocument>(keys, options), cancellationToken: Ct);

    public static Task<UpdateResult> UpdateAsync(this IMongoCollection<BsonDocument> collection, string filter, string update) =>
        collection.UpdateOneAsync(filter, update, cancellationToken: Ct);

    public static async Task<WriteError> WriteErrorAsync(Func<Task> write) =>
        (await Assert.ThrowsAsync<MongoWriteException>(write)).WriteError;
}
