using MongoDB.Bson;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What drivers ask before and beside the real work. The answers describe a standalone server.</summary>
internal static class HandshakeCommands
{
    private const int WireVersionOf7 = 21;

    public static readonly Command[] All =
    [
        new("hello", [], (engine, context) => Hello(engine, context, "isWritablePrimary")) { TakesAnything = true },
        new("isMaster", [], (engine, context) => Hello(engine, context, "ismaster")) { TakesAnything = true },
        new("ismaster", [], (engine, context) => Hello(engine, context, "ismaster")) { TakesAnything = true },
        new("ping", [], (_, _) => Ok()),
    ];

    private static ValueTask<BsonDocument?> Ok() => new(new BsonDocument("ok", 1.0));

    private static ValueTask<BsonDocument?> Hello(Engine engine, CommandContext context, string primary) => new(new BsonDocument
    {
        { "helloOk", true },
        { primary, true },
        { "maxBsonObjectSize", BsonBytes.MaxDocumentSize },
        { "maxMessageSizeBytes", WireMessage.MaxSize },
        { "maxWriteBatchSize", 100_000 },
        { "localTime", engine.Clock.GetUtcNow().UtcDateTime },
        { "logicalSessionTimeoutMinutes", SessionCommands.TimeoutMinutes },
        { "connectionId", (int)context.ConnectionId },
        { "minWireVersion", 0 },
        { "maxWireVersion", WireVersionOf7 },
        { "readOnly", false },
        { "ok", 1.0 },
    });
}
