using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What every command may carry: a standalone server honours some of it and must refuse the rest.</summary>
internal static class CommonFields
{
    private const int MaxReplicas = 50;
    private static readonly HashSet<string> Readers = ["find", "aggregate", "count", "distinct"];

    private static readonly HashSet<string> Writers =
    [
        "insert", "update", "delete", "findAndModify", "findandmodify", "create", "drop", "dropDatabase", "createIndexes", "dropIndexes", "deleteIndexes",
        "collMod",
    ];

    public static void Check(CommandContext context)
    {
        if (context.Has("txnNumber") || context.Has("startTransaction") || context.Has("autocommit"))
        {
            throw new MongoError(20, "IllegalOperation", "Transaction numbers are only allowed on a replica set member or mongos");
        }

        CheckApi(context);
        CheckMaxTime(context.Body.GetValue("maxTimeMS", BsonNull.Value));
        if (context.Document("lsid") is { } session)
        {
            CheckSession(session, "OperationSessionInfo.lsid");
        }

        CheckReadPreference(context.Document("$readPreference"));
        CheckReadConcern(context);
        CheckWriteConcern(context);
    }

    private static void CheckApi(CommandContext context)
    {
        if (!context.Has("apiVersion"))
        {
            if (context.Has("apiStrict") || context.Has("apiDeprecationErrors"))
            {
                throw new MongoError(4886600, "Location4886600", "Provided apiStrict and/or apiDeprecationErrors without passing apiVersion");
            }
        }
        else if (context.Text("apiVersion") != "1")
        {
            throw new MongoError(322, "APIVersionError", "API version must be \"1\"");
        }
        else if (context.Flag("apiStrict"))
        {
            throw MongoError.NotSupported("apiStrict is not supported by this server");
        }
    }

    private static void CheckMaxTime(BsonValue value)
    {
        if (value.IsBsonNull)
        {
            return;
        }

        if (!value.IsNumeric)
        {
            throw MongoError.BadValue("maxTimeMS must be a number");
        }

        var time = value.ToDouble();
        if (time is < 0 or > int.MaxValue || double.IsNaN(time))
        {
            throw MongoError.BadValue($"{value} value for maxTimeMS is out of range [0, {int.MaxValue}]");
        }

        if (time != Math.Floor(time))
        {
            throw MongoError.BadValue("maxTimeMS has non-integral value");
        }
    }

    public static void CheckSession(BsonDocument session, string ns)
    {
        FieldTypes.CheckAll(ns, session, "id", "uid");
        var id = session.GetValue("id", BsonNull.Value);
        if (id.IsBsonNull)
        {
            throw FieldTypes.Missing(ns, "id");
        }

        if (id is not BsonBinaryData { SubType: BsonBinarySubType.UuidStandard, Bytes.Length: 16 })
        {
            throw MongoError.TypeMismatch($"BSON field '{ns}.id' must be a UUID");
        }
    }

    // One server is the nearest, the primary and all there is.
    private static void CheckReadPreference(BsonDocument? preference)
    {
        if (preference is null)
        {
            return;
        }

        FieldTypes.CheckAll("$readPreference", preference, "mode", "tags", "maxStalenessSeconds", "hedge");
        var mode = preference.GetValue("mode", BsonNull.Value);
        if (mode is not BsonString { Value: "primary" or "primaryPreferred" or "secondary" or "secondaryPreferred" or "nearest" })
        {
            throw MongoError.FailedToParse($"Could not parse $readPreference mode '{mode}'");
        }
    }

    private static void CheckReadConcern(CommandContext context)
    {
        if (!context.Has("readConcern"))
        {
            return;
        }

        var concern = context.Body["readConcern"] as BsonDocument ?? throw MongoError.FailedToParse("readConcern field should be an object");
        foreach (var (name, value) in concern.Select(f => (f.Name, f.Value)))
        {
            if (name is "afterClusterTime" or "atClusterTime" or "afterOpTime")
            {
                throw NoReplicas($"Cannot specify {name}");
            }

            if (name is not ("level" or "provenance"))
            {
                throw new MongoError(72, "InvalidOptions", $"Unrecognized option in readConcern: {name}");
            }

            if (!value.IsString)
            {
                throw FieldTypes.Wrong($"readConcern.{name}", value, "string");
            }
        }

        var level = concern.GetValue("level", "local").AsString;
        if (level is not ("local" or "available" or "majority" or "snapshot" or "linearizable"))
        {
            throw MongoError.FailedToParse("readConcern.level must be either 'local', 'majority', 'linearizable', 'available', or 'snapshot'");
        }

        if (level != "local" && !Readers.Contains(context.Name))
        {
            throw new MongoError(72, "InvalidOptions", $"Command {context.Name} does not support readConcern level {level}");
        }

        if (level is "snapshot" or "linearizable")
        {
            throw NoReplicas($"readConcern level {level}");
        }
    }

    // Every write is in the log before it is acknowledged, so journalling and w: 1 ask for what happens anyway.
    private static void CheckWriteConcern(CommandContext context)
    {
        var concern = context.Document("writeConcern");
        if (concern is null)
        {
            return;
        }

        if (!Writers.Contains(context.Name))
        {
            throw new MongoError(72, "InvalidOptions", "Command does not support writeConcern");
        }

        FieldTypes.CheckAll("writeConcern", concern, "w", "j", "fsync", "wtimeout", "provenance");
        if (Flag(concern, "j") && Flag(concern, "fsync"))
        {
            throw MongoError.FailedToParse("fsync and j options cannot be used together");
        }

        if (concern.TryGetValue("wtimeout", out var timeout) && !timeout.IsNumeric)
        {
            throw FieldTypes.Wrong("writeConcern.wtimeout", timeout, "[long, int, decimal, double]");
        }

        CheckReplicas(concern.GetValue("w", 1));
    }

    private static void CheckReplicas(BsonValue w)
    {
        if (w is BsonString mode)
        {
            if (mode.Value != "majority")
            {
                throw MongoError.BadValue($"cannot use non-majority 'w' mode '{mode}' when a host is not a member of a replica set");
            }
        }
        else if (!w.IsNumeric)
        {
            throw MongoError.FailedToParse($"w has to be a number, string, or object; found: {Query.Failure.TypeName(w)}");
        }
        else if (w.ToDouble() is < 0 or > MaxReplicas)
        {
            throw MongoError.FailedToParse($"w has to be a non-negative number and not greater than {MaxReplicas}");
        }
        else if (w.ToDouble() >= 2)
        {
            throw MongoError.BadValue("cannot use 'w' > 1 when a host is not replicated");
        }
    }

    private static bool Flag(BsonDocument concern, string name) => concern.GetValue(name, false) switch
    {
        BsonBoolean flag => flag.Value,
        { IsNumeric: true } number => number.ToDouble() != 0,
        var other => throw FieldTypes.Wrong($"writeConcern.{name}", other, "[bool, long, int, decimal, double]"),
    };

    private static MongoError NoReplicas(string what) => new(123, "NotAReplicaSet", $"{what}: node needs to be a replica set member to use read concern");
}
