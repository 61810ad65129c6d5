using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.Reliability.Rig;

/// <summary>Events that are still on their way: in outboxes, queues and error queues.</summary>
internal static class Leftovers
{
    private static readonly (string Service, string Collection)[] Outboxes = [("auth", "accounts"), ("auth", "codes"), ("product", "products"), ("order", "orders")];

    public static async Task<IReadOnlyList<string>> FindAsync(Marketplace market, CancellationToken ct)
    {
        var found = new List<string>();
        foreach (var (service, collection) in Outboxes)
        {
            var waiting = await market.Store[service].GetCollection<BsonDocument>(collection)
                .CountDocumentsAsync(Builders<BsonDocument>.Filter.Exists("outbox.pendingAt"), cancellationToken: ct);
            if (waiting > 0)
            {
                found.Add($"{waiting} documents of {service}'s {collection} hold events");
            }
        }

        found.AddRange(
            from queue in await market.Broker.LookAsync(ct)
            where queue.Value is { Messages: > 0 }
            select $"{queue.Value!.Messages} messages are in {queue.Key}");
        return found;
    }
}
