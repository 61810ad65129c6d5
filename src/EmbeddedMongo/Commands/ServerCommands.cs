using System.Diagnostics;
using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What the server tells about itself to shells and tools.</summary>
internal static class ServerCommands
{
    /// <summary>The MongoDB whose answers are given.</summary>
    public const string Version = "7.0.0";

    /// <summary>What stands where MongoDB names the commit it was built from.</summary>
    public const string GitVersion = "visuels-embedded-mongo";

    private const int Megabyte = 1024 * 1024;

    private static readonly BsonDocument Parameters = new()
    {
        { "authenticationMechanisms", new BsonArray() },
        { "cursorTimeoutMillis", (long)Cursors.IdleTimeout.TotalMilliseconds },
        { "featureCompatibilityVersion", new BsonDocument("version", "7.0") },
        { "notablescan", false },
        { "ttlMonitorEnabled", true },
        { "ttlMonitorSleepSecs", (int)Housekeeping.Period.TotalSeconds },
    };

    public static readonly Command[] All =
    [
        new("buildInfo", [], (_, _) => BuildInfo()),
        new("buildinfo", [], (_, _) => BuildInfo()),
        new("serverStatus", [], Status) { TakesAnything = true },
        new("getParameter", [], (_, context) => GetParameter(context)) { TakesAnything = true },
        new("getCmdLineOpts", [], (_, context) => GetCommandLine(context)),
        new("getLog", [], (_, context) => GetLog(context)),
        new("whatsmyuri", [], (_, context) => new(new BsonDocument { { "you", context.ClientAddress }, { "ok", 1.0 } })),
        new("connectionStatus", ["showPrivileges"], (_, context) => ConnectionStatus(context)),
    ];

    private static ValueTask<BsonDocument?> BuildInfo() => new(new BsonDocument
    {
        { "version", Version },
        { "gitVersion", GitVersion },
        { "modules", new BsonArray() },
        { "versionArray", new BsonArray { 7, 0, 0, 0 } },
        { "bits", 64 },
        { "debug", false },
        { "maxBsonObjectSize", BsonBytes.MaxDocumentSize },
        { "storageEngines", new BsonArray { "sqlite" } },
        { "ok", 1.0 },
    });

    private static ValueTask<BsonDocument?> Status(Engine engine, CommandContext context)
    {
        using var process = Process.GetCurrentProcess();
        var uptime = engine.Clock.GetUtcNow() - engine.Started;
        var sections = new BsonDocument
        {
            { "connections", engine.Counters.ConnectionFigures(engine.MaxConnections) },
            { "mem", new BsonDocument { { "bits", 64 }, { "resident", (int)(process.WorkingSet64 / Megabyte) }, { "virtual", (int)(process.VirtualMemorySize64 / Megabyte) }, { "supported", true } } },
            { "metrics", new BsonDocument("cursor", new BsonDocument { { "timedOut", engine.Cursors.TimedOut }, { "open", new BsonDocument("total", (long)engine.Cursors.Count) } }) },
            { "network", engine.Counters.Network },
            { "opcounters", engine.Counters.Operations },
            { "storageEngine", new BsonDocument { { "name", "sqlite" }, { "persistent", true }, { "readOnly", false } } },
        };
        Choose(sections, context);
        return new(new BsonDocument
        {
            { "host", Environment.MachineName },
            { "version", Version },
            { "process", "mongod" },
            { "pid", (long)Environment.ProcessId },
            { "uptime", Math.Floor(uptime.TotalSeconds) },
            { "uptimeMillis", (long)uptime.TotalMilliseconds },
            { "uptimeEstimate", (long)uptime.TotalSeconds },
            { "localTime", engine.Clock.GetUtcNow().UtcDateTime },
        }.AddRange(sections).Add("ok", 1.0));
    }

    // Any section can be turned off by name; only those that are there can be turned on.
    private static void Choose(BsonDocument sections, CommandContext context)
    {
        foreach (var field in context.Body.Skip(1).Where(f => !Command.IsEverywhere(f.Name)))
        {
            if (!field.Value.ToBoolean())
            {
                sections.Remove(field.Name);
            }
            else if (!sections.Contains(field.Name) && field.Name != "all")
            {
                throw MongoError.NotSupported($"The section '{field.Name}' of serverStatus is not supported by this server");
            }
        }
    }

    private static ValueTask<BsonDocument?> GetParameter(CommandContext context)
    {
        RequireAdmin(context);
        var options = context.Body[0] as BsonDocument ?? [];
        FieldTypes.CheckAll("getParameter", options, "showDetails", "allParameters", "setAt");
        if (options.Contains("setAt"))
        {
            throw MongoError.NotSupported("The field 'getParameter.setAt' is not supported by this server");
        }

        var all = context.Body[0] == "*" || options.GetValue("allParameters", false).ToBoolean();
        var chosen = all ? Parameters : new BsonDocument(Parameters.Where(p => context.Body.Skip(1).Any(f => f.Name == p.Name)));
        var unknown = context.Body.Skip(1).Select(f => f.Name).FirstOrDefault(n => !Command.IsEverywhere(n) && !Parameters.Contains(n));
        if (chosen.ElementCount == 0 || unknown is not null)
        {
            throw new MongoError(72, "InvalidOptions", unknown is null ? "no option found to get" : $"no option found to get: {unknown}");
        }

        var details = options.GetValue("showDetails", false).ToBoolean();
        var values = chosen.Select(p => new BsonElement(p.Name, details
            ? new BsonDocument { { "value", p.Value }, { "settableAtRuntime", false }, { "settableAtStartup", false } }
            : p.Value));
        return new(new BsonDocument(values).Add("ok", 1.0));
    }

    private static ValueTask<BsonDocument?> GetCommandLine(CommandContext context)
    {
        RequireAdmin(context);
        return new(new BsonDocument { { "argv", new BsonArray { "embedded-mongo" } }, { "parsed", new BsonDocument() }, { "ok", 1.0 } });
    }

    // Logs are the host's; nothing of them is kept here.
    private static ValueTask<BsonDocument?> GetLog(CommandContext context)
    {
        RequireAdmin(context);
        return (context.Body[0] as BsonString)?.Value switch
        {
            "*" => new(new BsonDocument { { "names", new BsonArray { "global", "startupWarnings" } }, { "ok", 1.0 } }),
            "global" or "startupWarnings" => new(new BsonDocument { { "totalLinesWritten", 0 }, { "log", new BsonArray() }, { "ok", 1.0 } }),
            null => throw MongoError.TypeMismatch("Argument to getLog must be of type String"),
            var other => throw new MongoError(96, "OperationFailed", string.Create(CultureInfo.InvariantCulture, $"No log named '{other}'")),
        };
    }

    private static ValueTask<BsonDocument?> ConnectionStatus(CommandContext context)
    {
        var info = new BsonDocument { { "authenticatedUsers", new BsonArray() }, { "authenticatedUserRoles", new BsonArray() } };
        if (context.Flag("showPrivileges"))
        {
            info.Add("authenticatedUserPrivileges", new BsonArray());
        }

        return new(new BsonDocument { { "authInfo", info }, { "ok", 1.0 } });
    }

    private static void RequireAdmin(CommandContext context)
    {
        if (context.Database != "admin")
        {
            throw new MongoError(13, "Unauthorized", $"{context.Name} may only be run against the admin database.");
        }
    }
}
