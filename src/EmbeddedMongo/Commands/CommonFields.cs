using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What every command may carry: a standalone server honours some of it and must refuse the rest.</summary>
internal static class CommonFields
{
    public static void Check(CommandContext context)
    {
        if (context.Has("txnNumber") || context.Has("startTransaction") || context.Has("autocommit"))
        {
            throw new MongoError(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
        }

        if (context.Has("apiVersion") && context.Text("apiVersion") != "1")
        {
            throw new MongoError(322, "APIVersionError", "API version must be \"1\"");
        }

        context.Count("maxTimeMS");
        CheckReadConcern(context.Document("readConcern"));
        CheckWriteConcern(context.Document("writeConcern"));
    }

    private static void CheckReadConcern(BsonDocument? concern)
    {
        var level = concern?.GetValue("level", "local");
        if (level is not null && level != "local" && level != "available" && level != "majority")
        {
            throw new MongoError(123, "NotAReplicaSet", $"readConcern level {level} needs a replica set");
        }
    }

    // Every write is in the log before it is acknowledged, so journalling and w: 1 ask for what happens anyway.
    private static void CheckWriteConcern(BsonDocument? concern)
    {
        var w = concern?.GetValue("w", 1);
        if (w is null || w == "majority" || (w.IsNumeric && w.ToDouble() is 0 or 1))
        {
            return;
        }

        throw MongoError.BadValue("cannot use 'w' > 1 when a host is not replicated");
    }
}
