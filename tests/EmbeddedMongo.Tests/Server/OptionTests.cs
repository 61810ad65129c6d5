using MongoDB.Bson;
using Visuels.EmbeddedMongo.Commands;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>
/// Walks the options that MongoDB 7's command reference documents: each works, is refused, or asks for what happens anyway. A command that
/// takes a field which this table lacks fails a test here.
/// </summary>
public sealed class OptionTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const string Found = "cursor.firstBatch._id";
    private const string All = "{find: 'o', sort: {_id: 1}}";
    private const string Uuid = "{id: UUID('12345678-1234-1234-1234-123456789012')}";
    private static int _databases;

    /// <summary>Part of a command, field, request, the path and value that show it works; with a second request if that is what shows it.</summary>
    private static readonly (string Part, string Field, string Request, string? Then, string Path, string Value)[] Works =
    [
        ("find", "filter", "{find: 'o', filter: {a: 2}}", null, Found, "[2]"),
        ("find", "sort", "{find: 'o', sort: {a: -1}}", null, Found, "[3, 2, 1]"),
        ("find", "projection", "{find: 'o', filter: {_id: 1}, projection: {a: 1, _id: 0}}", null, "cursor.firstBatch", "[{a: 1}]"),
        ("find", "skip", "{find: 'o', sort: {_id: 1}, skip: 1}", null, Found, "[2, 3]"),
        ("find", "limit", "{find: 'o', sort: {_id: 1}, limit: 2}", null, Found, "[1, 2]"),
        ("find", "batchSize", "{find: 'o', sort: {_id: 1}, batchSize: 2}", null, Found, "[1, 2]"),
        ("find", "singleBatch", "{find: 'o', batchSize: 2, singleBatch: true}", null, "cursor.id", "NumberLong(0)"),
        ("find", "let", "{find: 'o', filter: {$expr: {$eq: ['$a', '$$x']}}, let: {x: 2}}", null, Found, "[2]"),
        ("find", "collation", "{find: 'o', filter: {t: 'Y'}, collation: {locale: 'en', strength: 2}}", null, Found, "[2]"),
        ("count", "collation", "{count: 'o', query: {t: 'Y'}, collation: {locale: 'en', strength: 2}}", null, "n", "1"),
        ("distinct", "collation", "{distinct: 'o', key: 't', query: {t: {$in: ['X', 'Y']}}, collation: {locale: 'en', strength: 2}}", null, "values", "['x', 'y']"),
        ("update", "let", "{update: 'o', updates: [{q: {_id: 1}, u: [{$set: {a: '$$x'}}]}], let: {x: 9}}", "{find: 'o', filter: {a: 9}}", Found, "[1]"),
        ("update.updates", "collation", "{update: 'o', updates: [{q: {t: 'Y'}, u: {$set: {a: 9}}, collation: {locale: 'en', strength: 2}}]}", "{find: 'o', filter: {a: 9}}", Found, "[2]"),
        ("delete", "let", "{delete: 'o', deletes: [{q: {$expr: {$eq: ['$a', '$$x']}}, limit: 1}], let: {x: 2}}", All, Found, "[1, 3]"),
        ("delete.deletes", "collation", "{delete: 'o', deletes: [{q: {t: 'Y'}, limit: 1, collation: {locale: 'en', strength: 2}}]}", All, Found, "[1, 3]"),
        ("findAndModify", "let", "{findAndModify: 'o', query: {$expr: {$eq: ['$a', '$$x']}}, remove: true, let: {x: 2}}", null, "value._id", "2"),
        ("findAndModify", "collation", "{findAndModify: 'o', query: {t: 'Y'}, remove: true, collation: {locale: 'en', strength: 2}}", null, "value._id", "2"),
        ("aggregate", "let", "{aggregate: 'o', pipeline: [{$match: {$expr: {$eq: ['$a', '$$x']}}}], cursor: {}, let: {x: 2}}", null, Found, "[2]"),
        ("aggregate", "collation", "{aggregate: 'o', pipeline: [{$match: {t: 'Y'}}], cursor: {}, collation: {locale: 'en', strength: 2}}", null, Found, "[2]"),
        ("create", "collation", "{create: 'p', collation: {locale: 'en', strength: 2}}", "{listCollections: 1, filter: {name: 'p'}}", "cursor.firstBatch.options.collation.strength", "[2]"),
        ("find", "hint", "{find: 'o', hint: 'none'}", null, "code", "2"),
        ("count", "hint", "{count: 'o', hint: 'none'}", null, "code", "2"),
        ("update.updates", "hint", "{update: 'o', updates: [{q: {}, u: {a: 1}, hint: 'none'}]}", null, "writeErrors.code", "[2]"),
        ("delete.deletes", "hint", "{delete: 'o', deletes: [{q: {}, limit: 1, hint: 'none'}]}", null, "writeErrors.code", "[2]"),
        ("findAndModify", "hint", "{findAndModify: 'o', remove: true, hint: 'none'}", null, "code", "2"),
        ("aggregate", "hint", "{aggregate: 'o', pipeline: [], cursor: {}, hint: 'none'}", null, "code", "2"),
        ("aggregate", "explain", "{aggregate: 'o', pipeline: [], explain: true}", null, "queryPlanner.winningPlan.stage", "'COLLSCAN'"),
        ("explain", "verbosity", "{explain: {find: 'o'}, verbosity: 'executionStats'}", null, "executionStats.totalDocsExamined", "3"),
        ("count", "query", "{count: 'o', query: {a: {$gt: 1}}}", null, "n", "2"),
        ("count", "limit", "{count: 'o', query: {a: {$gt: 0}}, limit: 2}", null, "n", "2"),
        ("count", "skip", "{count: 'o', query: {a: {$gt: 0}}, skip: 2}", null, "n", "1"),
        ("distinct", "key", "{distinct: 'o', key: 'a'}", null, "values", "[1, 2, 3]"),
        ("distinct", "query", "{distinct: 'o', key: 'a', query: {_id: 2}}", null, "values", "[2]"),
        ("insert", "documents", "{insert: 'o', documents: [{_id: 4}]}", All, Found, "[1, 2, 3, 4]"),
        ("insert", "ordered", "{insert: 'o', documents: [{_id: 1}, {_id: 4}], ordered: false}", All, Found, "[1, 2, 3, 4]"),
        ("update", "updates", "{update: 'o', updates: [{q: {_id: 1}, u: {$set: {a: 9}}}]}", "{find: 'o', filter: {a: 9}}", Found, "[1]"),
        ("update", "ordered", "{update: 'o', updates: [{q: {}, u: {$x: 1}}, {q: {_id: 1}, u: {$set: {a: 9}}}], ordered: false}", null, "n", "1"),
        ("update.updates", "q", "{update: 'o', updates: [{q: {a: 2}, u: {$set: {a: 9}}}]}", "{find: 'o', filter: {a: 9}}", Found, "[2]"),
        ("update.updates", "u", "{update: 'o', updates: [{q: {a: 2}, u: {b: 9}}]}", "{find: 'o', filter: {b: 9}}", "cursor.firstBatch", "[{_id: 2, b: 9}]"),
        ("update.updates", "multi", "{update: 'o', updates: [{q: {}, u: {$set: {a: 9}}, multi: true}]}", null, "n", "3"),
        ("update.updates", "upsert", "{update: 'o', updates: [{q: {_id: 9}, u: {$set: {a: 9}}, upsert: true}]}", null, "upserted._id", "[9]"),
        ("update.updates", "arrayFilters", "{update: 'o', updates: [{q: {_id: 1}, u: {$set: {'l.$[x]': 0}}, arrayFilters: [{x: 2}]}]}", "{find: 'o', filter: {_id: 1}}", "cursor.firstBatch.l", "[[1, 0]]"),
        ("delete", "deletes", "{delete: 'o', deletes: [{q: {_id: 2}, limit: 1}]}", All, Found, "[1, 3]"),
        ("delete", "ordered", "{delete: 'o', deletes: [{q: {$x: 1}, limit: 1}, {q: {_id: 2}, limit: 1}], ordered: false}", All, Found, "[1, 3]"),
        ("delete.deletes", "q", "{delete: 'o', deletes: [{q: {a: 3}, limit: 1}]}", All, Found, "[1, 2]"),
        ("delete.deletes", "limit", "{delete: 'o', deletes: [{q: {}, limit: 0}]}", All, Found, "[]"),
        ("findAndModify", "query", "{findAndModify: 'o', query: {_id: 2}, remove: true}", null, "value._id", "2"),
        ("findAndModify", "sort", "{findAndModify: 'o', sort: {a: -1}, remove: true}", null, "value._id", "3"),
        ("findAndModify", "remove", "{findAndModify: 'o', query: {_id: 2}, remove: true}", All, Found, "[1, 3]"),
        ("findAndModify", "update", "{findAndModify: 'o', query: {_id: 2}, update: {$set: {a: 9}}}", "{find: 'o', filter: {a: 9}}", Found, "[2]"),
        ("findAndModify", "new", "{findAndModify: 'o', query: {_id: 2}, update: {$set: {a: 9}}, new: true}", null, "value.a", "9"),
        ("findAndModify", "fields", "{findAndModify: 'o', query: {_id: 2}, update: {$set: {a: 9}}, fields: {a: 1, _id: 0}}", null, "value", "{a: 2}"),
        ("findAndModify", "upsert", "{findAndModify: 'o', query: {_id: 9}, update: {$set: {a: 9}}, upsert: true}", null, "lastErrorObject", "{n: 1, updatedExisting: false, upserted: 9}"),
        ("findAndModify", "arrayFilters", "{findAndModify: 'o', query: {_id: 1}, update: {$set: {'l.$[x]': 0}}, arrayFilters: [{x: 2}], new: true}", null, "value.l", "[1, 0]"),
        ("aggregate", "pipeline", "{aggregate: 'o', pipeline: [{$match: {a: 2}}], cursor: {}}", null, Found, "[2]"),
        ("aggregate", "cursor", "{aggregate: 'o', pipeline: [{$sort: {_id: 1}}], cursor: {batchSize: 2}}", null, Found, "[1, 2]"),
        ("createIndexes", "indexes", "{createIndexes: 'o', indexes: [{key: {b: 1}, name: 'b'}]}", "{listIndexes: 'o'}", "cursor.firstBatch.name", "['_id_', 'a_1', 'b']"),
        ("listIndexes", "cursor", "{listIndexes: 'o', cursor: {batchSize: 1}}", null, "cursor.firstBatch.name", "['_id_']"),
        ("dropIndexes", "index", "{dropIndexes: 'o', index: 'a_1'}", "{listIndexes: 'o'}", "cursor.firstBatch.name", "['_id_']"),
        ("create", "idIndex", "{create: 'p', idIndex: {key: {_id: 1}, name: '_id_'}}", "{listIndexes: 'p'}", "cursor.firstBatch.name", "['_id_']"),
        ("collMod", "index", "{collMod: 'o', index: {name: 'a_1', expireAfterSeconds: 5}}", null, "expireAfterSeconds_new", "NumberLong(5)"),
        ("listCollections", "filter", "{listCollections: 1, filter: {name: 'x'}}", null, "cursor.firstBatch", "[]"),
        ("listCollections", "nameOnly", "{listCollections: 1, nameOnly: true}", null, "cursor.firstBatch", "[{name: 'o', type: 'collection'}]"),
        ("listCollections", "cursor", "{listCollections: 1, cursor: {batchSize: 0}}", null, "cursor.firstBatch", "[]"),
        ("listDatabases", "filter", "{listDatabases: 1, filter: {name: 'no such database'}}", null, "databases", "[]"),
        ("listDatabases", "nameOnly", "{listDatabases: 1, nameOnly: true, filter: {name: 'no such database'}}", null, "", "{databases: [], ok: 1.0}"),
        ("collStats", "scale", "{collStats: 'o', scale: 50}", null, "scaleFactor", "50"),
        ("dbStats", "scale", "{dbStats: 1, scale: 50}", null, "scaleFactor", "NumberLong(50)"),
        ("connectionStatus", "showPrivileges", "{connectionStatus: 1, showPrivileges: true}", null, "authInfo.authenticatedUserPrivileges", "[]"),
        ("getParameter", "allParameters", "{getParameter: {allParameters: true}}", null, "featureCompatibilityVersion.version", "'7.0'"),
        ("getParameter", "showDetails", "{getParameter: {showDetails: true}, notablescan: 1}", null, "notablescan.value", "false"),
        ("getMore", "collection", "{find: 'o', sort: {_id: 1}, batchSize: 1}", "{getMore: NumberLong(ID), collection: 'o'}", "cursor.nextBatch._id", "[2, 3]"),
        ("getMore", "batchSize", "{find: 'o', sort: {_id: 1}, batchSize: 1}", "{getMore: NumberLong(ID), collection: 'o', batchSize: 1}", "cursor.nextBatch._id", "[2]"),
        ("killCursors", "cursors", "{find: 'o', batchSize: 1}", "{killCursors: 'o', cursors: [NumberLong(ID)]}", "cursorsNotFound", "[]"),
    ];

    /// <summary>Part of a command, field, request, and the code it is refused with.</summary>
    private static readonly (string Part, string Field, string Request, int Code)[] Refused =
    [
        ("find", "min", "{find: 'o', min: {a: 1}}", 238),
        ("find", "max", "{find: 'o', max: {a: 1}}", 238),
        ("find", "returnKey", "{find: 'o', returnKey: true}", 238),
        ("find", "showRecordId", "{find: 'o', showRecordId: true}", 238),
        ("find", "tailable", "{find: 'o', tailable: true}", 238),
        ("find", "awaitData", "{find: 'o', awaitData: true}", 238),
        ("find", "oplogReplay", "{find: 'o', oplogReplay: true}", 238),
        ("find", "noCursorTimeout", "{find: 'o', noCursorTimeout: true}", 238),
        ("find", "readOnce", "{find: 'o', readOnce: true}", 238),
        ("getMore", "maxTimeMS", "{getMore: NumberLong(1), collection: 'o', maxTimeMS: 5}", 2),
        ("update.updates", "c", "{update: 'o', updates: [{q: {}, u: [{$set: {a: 1}}], c: {x: 1}}]}", 238),
        ("update.updates", "sort", "{update: 'o', updates: [{q: {}, u: {a: 1}, sort: {a: 1}}]}", 40415),
        ("distinct", "hint", "{distinct: 'o', key: 'a', hint: {a: 1}}", 40415),
        ("aggregate", "fromMongos", "{aggregate: 'o', pipeline: [], cursor: {}, fromMongos: true}", 238),
        ("aggregate", "needsMerge", "{aggregate: 'o', pipeline: [], cursor: {}, needsMerge: true}", 238),
        ("aggregate", "exchange", "{aggregate: 'o', pipeline: [], cursor: {}, exchange: {a: 1}}", 238),
        ("createIndexes", "commitQuorum", "{createIndexes: 'o', indexes: [{key: {b: 1}, name: 'b'}], commitQuorum: 1}", 2),
        ("create", "capped", "{create: 'p', capped: true, size: 1000}", 238),
        ("create", "autoIndexId", "{create: 'p', autoIndexId: true}", 238),
        ("create", "size", "{create: 'p', size: 1000}", 238),
        ("create", "max", "{create: 'p', max: 10}", 238),
        ("create", "storageEngine", "{create: 'p', storageEngine: {wiredTiger: {}}}", 238),
        ("create", "validator", "{create: 'p', validator: {a: 1}}", 238),
        ("create", "validationLevel", "{create: 'p', validationLevel: 'strict'}", 238),
        ("create", "validationAction", "{create: 'p', validationAction: 'warn'}", 238),
        ("create", "indexOptionDefaults", "{create: 'p', indexOptionDefaults: {storageEngine: {}}}", 238),
        ("create", "viewOn", "{create: 'p', viewOn: 'o'}", 238),
        ("create", "pipeline", "{create: 'p', pipeline: []}", 238),
        ("create", "timeseries", "{create: 'p', timeseries: {timeField: 't'}}", 238),
        ("create", "expireAfterSeconds", "{create: 'p', expireAfterSeconds: 5}", 238),
        ("create", "clusteredIndex", "{create: 'p', clusteredIndex: {key: {_id: 1}, unique: true}}", 238),
        ("create", "changeStreamPreAndPostImages", "{create: 'p', changeStreamPreAndPostImages: {enabled: true}}", 238),
        ("create", "encryptedFields", "{create: 'p', encryptedFields: {fields: []}}", 238),
        ("create", "flags", "{create: 'p', flags: 1}", 238),
        ("collMod", "validator", "{collMod: 'o', validator: {a: 1}}", 238),
        ("collMod", "validationLevel", "{collMod: 'o', validationLevel: 'off'}", 238),
        ("collMod", "validationAction", "{collMod: 'o', validationAction: 'warn'}", 238),
        ("collMod", "viewOn", "{collMod: 'o', viewOn: 'o'}", 238),
        ("collMod", "pipeline", "{collMod: 'o', pipeline: []}", 238),
        ("collMod", "expireAfterSeconds", "{collMod: 'o', expireAfterSeconds: 5}", 238),
        ("collMod", "timeseries", "{collMod: 'o', timeseries: {granularity: 'hours'}}", 238),
        ("collMod", "changeStreamPreAndPostImages", "{collMod: 'o', changeStreamPreAndPostImages: {enabled: true}}", 238),
        ("collMod", "cappedSize", "{collMod: 'o', cappedSize: 1000}", 238),
        ("collMod", "cappedMax", "{collMod: 'o', cappedMax: 1000}", 238),
        ("collMod", "recordPreImages", "{collMod: 'o', recordPreImages: true}", 238),
        ("collMod", "dryRun", "{collMod: 'o', dryRun: true}", 238),
        ("collMod", "clusteredIndex", "{collMod: 'o', clusteredIndex: {a: 1}}", 238),
        ("validate", "repair", "{validate: 'o', repair: true}", 238),
        ("validate", "metadata", "{validate: 'o', metadata: true}", 238),
        ("validate", "checkBSONConformance", "{validate: 'o', checkBSONConformance: true}", 238),
        ("dbStats", "freeStorage", "{dbStats: 1, freeStorage: 1}", 238),
        ("getParameter", "setAt", "{getParameter: {setAt: 'startup'}, notablescan: 1}", 238),
        ("serverStatus", "repl", "{serverStatus: 1, repl: 1}", 238),
    ];

    /// <summary>Part of a command, field, a request that asks for what happens anyway, and one that asks for it in the wrong type.</summary>
    private static readonly (string Part, string Field, string Request, string Wrong)[] Harmless =
    [
        ("find", "allowDiskUse", "{find: 'o', allowDiskUse: true}", "{find: 'o', allowDiskUse: 'x'}"),
        ("find", "allowPartialResults", "{find: 'o', allowPartialResults: true}", "{find: 'o', allowPartialResults: 'x'}"),
        ("count", "fields", "{count: 'o', fields: {a: 1}}", "{count: 'o', fields: 'x'}"),
        ("insert", "bypassDocumentValidation", "{insert: 'o', documents: [{}], bypassDocumentValidation: true}", "{insert: 'o', documents: [{}], bypassDocumentValidation: 'x'}"),
        ("update", "bypassDocumentValidation", "{update: 'o', updates: [{q: {}, u: {}}], bypassDocumentValidation: true}", "{update: 'o', updates: [{q: {}, u: {}}], bypassDocumentValidation: 'x'}"),
        ("findAndModify", "bypassDocumentValidation", "{findAndModify: 'o', remove: true, bypassDocumentValidation: true}", "{findAndModify: 'o', remove: true, bypassDocumentValidation: 'x'}"),
        ("aggregate", "allowDiskUse", "{aggregate: 'o', pipeline: [], cursor: {}, allowDiskUse: true}", "{aggregate: 'o', pipeline: [], cursor: {}, allowDiskUse: 'x'}"),
        ("aggregate", "bypassDocumentValidation", "{aggregate: 'o', pipeline: [], cursor: {}, bypassDocumentValidation: true}", "{aggregate: 'o', pipeline: [], cursor: {}, bypassDocumentValidation: 'x'}"),
        ("listCollections", "authorizedCollections", "{listCollections: 1, authorizedCollections: true}", "{listCollections: 1, authorizedCollections: 'x'}"),
        ("validate", "full", "{validate: 'o', full: true}", "{validate: 'o', full: 'x'}"),
        ("validate", "background", "{validate: 'o', background: true}", "{validate: 'o', background: 'x'}"),
        ("validate", "enforceFastCount", "{validate: 'o', enforceFastCount: true}", "{validate: 'o', enforceFastCount: 'x'}"),
        ("listDatabases", "authorizedDatabases", "{listDatabases: 1, authorizedDatabases: true}", "{listDatabases: 1, authorizedDatabases: 'x'}"),
    ];

    /// <summary>A request for each command, complete as it is.</summary>
    private static readonly Dictionary<string, string> Complete = new()
    {
        ["find"] = "find: 'o'",
        ["getMore"] = "getMore: NumberLong(1), collection: 'o'",
        ["killCursors"] = "killCursors: 'o', cursors: []",
        ["count"] = "count: 'o'",
        ["distinct"] = "distinct: 'o', key: 'a'",
        ["explain"] = "explain: {find: 'o'}",
        ["insert"] = "insert: 'o', documents: [{}]",
        ["update"] = "update: 'o', updates: [{q: {}, u: {$set: {a: 1}}}]",
        ["delete"] = "delete: 'o', deletes: [{q: {}, limit: 1}]",
        ["findAndModify"] = "findAndModify: 'o', remove: true",
        ["aggregate"] = "aggregate: 'o', pipeline: [], cursor: {}",
        ["createIndexes"] = "createIndexes: 'o', indexes: [{key: {b: 1}, name: 'b'}]",
        ["listIndexes"] = "listIndexes: 'o'",
        ["dropIndexes"] = "dropIndexes: 'o', index: '*'",
        ["create"] = "create: 'p'",
        ["collMod"] = "collMod: 'o'",
        ["drop"] = "drop: 'o'",
        ["dropDatabase"] = "dropDatabase: 1",
        ["listCollections"] = "listCollections: 1",
        ["listDatabases"] = "listDatabases: 1",
        ["collStats"] = "collStats: 'o'",
        ["dbStats"] = "dbStats: 1",
        ["validate"] = "validate: 'o'",
        ["ping"] = "ping: 1",
        ["buildInfo"] = "buildInfo: 1",
        ["whatsmyuri"] = "whatsmyuri: 1",
        ["connectionStatus"] = "connectionStatus: 1",
        ["getCmdLineOpts"] = "getCmdLineOpts: 1",
        ["getLog"] = "getLog: '*'",
        ["startSession"] = "startSession: 1",
        ["refreshSessions"] = $"refreshSessions: [{Uuid}]",
        ["endSessions"] = $"endSessions: [{Uuid}]",
        ["killSessions"] = $"killSessions: [{Uuid}]",
    };

    private static readonly HashSet<string> OnAdmin = ["listDatabases", "getParameter", "getCmdLineOpts", "getLog"];

    private static readonly Dictionary<string, string> Aliases = new()
    {
        ["findandmodify"] = "findAndModify",
        ["deleteIndexes"] = "dropIndexes",
        ["collstats"] = "collStats",
        ["dbstats"] = "dbStats",
        ["buildinfo"] = "buildInfo",
    };

    public static IEnumerable<TheoryDataRow<int>> WorkingRows => Enumerable.Range(0, Works.Length).Select(i => Named(i, Works[i].Part, Works[i].Field));

    public static IEnumerable<TheoryDataRow<int>> RefusedRows => Enumerable.Range(0, Refused.Length).Select(i => Named(i, Refused[i].Part, Refused[i].Field));

    public static IEnumerable<TheoryDataRow<int>> HarmlessRows => Enumerable.Range(0, Harmless.Length).Select(i => Named(i, Harmless[i].Part, Harmless[i].Field));

    public static TheoryData<string> Commands => [.. Complete.Keys];

    [Theory]
    [MemberData(nameof(WorkingRows))]
    public async Task It_works(int row)
    {
        var (part, _, request, then, path, value) = Works[row];
        using var client = await SeededAsync(part);

        var reply = await client.RunAsync(request);
        if (then is not null)
        {
            reply = await client.RunAsync(then.Replace("ID", reply.GetValue("cursor", new BsonDocument("id", 0))["id"].ToString(), StringComparison.Ordinal));
        }

        Assert.Equal(BsonDocument.Parse($"{{v: {value}}}")["v"], At(reply, path));
    }

    [Theory]
    [MemberData(nameof(RefusedRows))]
    public async Task It_is_refused(int row)
    {
        var (part, _, request, code) = Refused[row];
        using var client = await SeededAsync(part);

        var reply = await client.RunAsync(request);

        Assert.True(reply.Contains("code"), $"{request} was accepted: {reply}");
        Assert.Equal(code, reply["code"]);
    }

    [Theory]
    [MemberData(nameof(HarmlessRows))]
    public async Task It_asks_for_what_happens_anyway(int row)
    {
        var (part, _, request, wrong) = Harmless[row];
        using var client = await SeededAsync(part);

        Assert.Equal(1.0, (await client.RunAsync(request))["ok"]);
        Assert.Equal(14, (await client.RunAsync(wrong))["code"]);
    }

    [Fact]
    public void Every_field_that_a_command_takes_or_refuses_by_name_is_in_the_table()
    {
        var table = Works.Select(w => (w.Part, w.Field)).Concat(Refused.Select(r => (r.Part, r.Field))).Concat(Harmless.Select(h => (h.Part, h.Field)))
            .Where(r => !r.Part.Contains('.', StringComparison.Ordinal)).ToHashSet();
        var taken = CommandTable.All.Where(c => !c.TakesAnything)
            .SelectMany(c => c.Fields.Concat(c.Unsupported).Select(f => (Part: Aliases.GetValueOrDefault(c.Name, c.Name), Field: f))).ToHashSet();

        Assert.Empty(taken.Except(table).Select(f => $"not in the table: {f.Part}.{f.Field}"));
        Assert.Empty(CommandTable.All.Where(c => !c.TakesAnything).Select(c => Aliases.GetValueOrDefault(c.Name, c.Name)).Except(Complete.Keys));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task What_every_command_may_carry_is_checked_in_every_command(string command)
    {
        using var client = await SeededAsync(command);
        async Task<int> With(string field) => await client.CodeAsync($"{{{Complete[command]}, {field}}}");
        var found = command == "getMore" ? 43 : 0;

        Assert.Equal(40415, await With("nonsense: 1"));
        Assert.Equal(20, await With("txnNumber: NumberLong(1)"));
        Assert.Equal(20, await With("autocommit: false"));
        Assert.Equal(2, await With("maxTimeMS: 'x'"));
        Assert.Equal(2, await With("maxTimeMS: -1"));
        Assert.Equal(2, await With("maxTimeMS: 0.5"));
        Assert.Equal(14, await With("lsid: 5"));
        Assert.Equal(14, await With("lsid: {id: 1}"));
        Assert.Equal(40414, await With("lsid: {}"));
        Assert.Equal(40415, await With("lsid: {id: UUID('12345678-1234-1234-1234-123456789012'), x: 1}"));
        Assert.Equal(9, await With("$readPreference: {mode: 'x'}"));
        Assert.Equal(40415, await With("$readPreference: {mode: 'primary', x: 1}"));
        Assert.Equal(9, await With("readConcern: 5"));
        Assert.Equal(9, await With("readConcern: {level: 'x'}"));
        Assert.Equal(72, await With("readConcern: {x: 1}"));
        Assert.Equal(123, await With("readConcern: {afterClusterTime: Timestamp(1, 1)}"));
        Assert.Equal(322, await With("apiVersion: '2'"));
        Assert.Equal(14, await With("apiVersion: 1"));
        Assert.Equal(238, await With("apiVersion: '1', apiStrict: true"));
        Assert.Equal(4886600, await With("apiStrict: true"));
        Assert.Equal(found, await With($"maxTimeMS: 0, lsid: {Uuid}, $readPreference: {{mode: 'nearest'}}, readConcern: {{level: 'local'}}, apiVersion: '1', comment: {{x: 1}}"));
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Writes_take_a_write_concern_and_reads_a_read_concern(string command)
    {
        using var client = await SeededAsync(command);
        async Task<int> With(string field) => await client.CodeAsync($"{{{Complete[command]}, {field}}}");
        var isReader = command is "find" or "count" or "distinct" or "aggregate";
        var isWriter = command is "insert" or "update" or "delete" or "findAndModify" or "createIndexes" or "dropIndexes" or "create" or "collMod" or "drop" or "dropDatabase";
        int Or(int code) => isWriter ? code : 72;

        Assert.Equal(Or(40415), await With("writeConcern: {x: 1}"));
        Assert.Equal(isWriter ? 14 : 14, await With("writeConcern: 5"));
        Assert.Equal(Or(14), await With("writeConcern: {j: 'x'}"));
        Assert.Equal(Or(14), await With("writeConcern: {wtimeout: 'x'}"));
        Assert.Equal(Or(9), await With("writeConcern: {w: -1}"));
        Assert.Equal(Or(9), await With("writeConcern: {w: 51}"));
        Assert.Equal(Or(2), await With("writeConcern: {w: 2}"));
        Assert.Equal(Or(2), await With("writeConcern: {w: 'x'}"));
        Assert.Equal(Or(9), await With("writeConcern: {j: true, fsync: true}"));
        Assert.Equal(isReader ? 123 : 72, await With("readConcern: {level: 'snapshot'}"));
        Assert.Equal(isReader ? 123 : 72, await With("readConcern: {level: 'linearizable'}"));
        Assert.Equal(isReader ? 0 : 72, await With("readConcern: {level: 'majority'}"));
        Assert.Equal(Or(0), await With("writeConcern: {w: 'majority', j: true, wtimeout: 5}"));
    }

    [Theory]
    [InlineData("{update: 'o', updates: [{q: {}, u: {}, nonsense: 1}]}", 40415)]
    [InlineData("{delete: 'o', deletes: [{q: {}, limit: 1, nonsense: 1}]}", 40415)]
    [InlineData("{aggregate: 'o', pipeline: [], cursor: {nonsense: 1}}", 40415)]
    [InlineData("{listIndexes: 'o', cursor: {nonsense: 1}}", 40415)]
    [InlineData("{listCollections: 1, cursor: {nonsense: 1}}", 40415)]
    [InlineData("{getParameter: {nonsense: 1}, notablescan: 1}", 40415)]
    [InlineData("{endSessions: [{id: UUID('12345678-1234-1234-1234-123456789012'), nonsense: 1}]}", 40415)]
    [InlineData("{createIndexes: 'o', indexes: [{key: {b: 1}, name: 'b', nonsense: 1}]}", 197)]
    [InlineData("{create: 'p', idIndex: {key: {_id: 1}, name: '_id_', nonsense: 1}}", 197)]
    [InlineData("{create: 'p', idIndex: {key: {a: 1}, name: '_id_'}}", 2)]
    [InlineData("{aggregate: 'o', pipeline: [], cursor: 5}", 14)]
    [InlineData("{aggregate: 'o', pipeline: [], cursor: {batchSize: 'x'}}", 14)]
    [InlineData("{aggregate: 'o', pipeline: [], cursor: {batchSize: -1}}", 51024)]
    [InlineData("{aggregate: 'o', pipeline: [5], cursor: {}}", 14)]
    [InlineData("{aggregate: 'o', pipeline: []}", 9)]
    [InlineData("{aggregate: 'o', cursor: {}}", 40414)]
    [InlineData("{find: 'o', filter: 5}", 14)]
    [InlineData("{find: 'o', sort: 'a'}", 14)]
    [InlineData("{find: 'o', skip: -1}", 51024)]
    [InlineData("{find: 'o', batchSize: -1}", 51024)]
    [InlineData("{find: 'o', singleBatch: 'x'}", 14)]
    [InlineData("{find: 'o', tailable: 'x'}", 14)]
    [InlineData("{count: 'o', skip: -1}", 51024)]
    [InlineData("{distinct: 'o'}", 40414)]
    [InlineData("{distinct: 'o', key: 5}", 14)]
    [InlineData("{insert: 'o'}", 40414)]
    [InlineData("{insert: 'o', documents: 5}", 14)]
    [InlineData("{insert: 'o', documents: [5]}", 14)]
    [InlineData("{insert: 'o', documents: []}", 16)]
    [InlineData("{insert: 'o', documents: [{}], ordered: 1}", 14)]
    [InlineData("{update: 'o', updates: [{u: {}}]}", 40414)]
    [InlineData("{update: 'o', updates: [{q: {}}]}", 40414)]
    [InlineData("{update: 'o', updates: [{q: 5, u: {}}]}", 14)]
    [InlineData("{update: 'o', updates: [{q: {}, u: 5}]}", 9)]
    [InlineData("{update: 'o', updates: [{q: {}, u: {}, multi: 1}]}", 14)]
    [InlineData("{update: 'o', updates: [{q: {}, u: {}, upsert: 1}]}", 14)]
    [InlineData("{update: 'o', updates: [{q: {}, u: {$set: {'a.$[x]': 1}}, arrayFilters: {x: 1}}]}", 14)]
    [InlineData("{update: 'o', updates: [{q: {}, u: {$set: {'a.$[x]': 1}}, arrayFilters: [5]}]}", 14)]
    [InlineData("{delete: 'o', deletes: [{q: {}}]}", 40414)]
    [InlineData("{delete: 'o', deletes: [{limit: 1}]}", 40414)]
    [InlineData("{delete: 'o', deletes: [{q: {}, limit: 2}]}", 9)]
    [InlineData("{delete: 'o', deletes: [{q: {}, limit: 'x'}]}", 9)]
    [InlineData("{findAndModify: 'o'}", 9)]
    [InlineData("{findAndModify: 'o', remove: true, update: {}}", 9)]
    [InlineData("{findAndModify: 'o', remove: true, upsert: true}", 9)]
    [InlineData("{findAndModify: 'o', remove: true, new: true}", 9)]
    [InlineData("{findAndModify: 'o', remove: true, arrayFilters: []}", 9)]
    [InlineData("{findAndModify: 'o', update: 5}", 9)]
    [InlineData("{findAndModify: 'o', update: {}, new: 'x'}", 14)]
    [InlineData("{findAndModify: 'o', update: [], arrayFilters: [{x: 1}]}", 9)]
    [InlineData("{getMore: 1, collection: 'o'}", 14)]
    [InlineData("{getMore: NumberLong(1)}", 40414)]
    [InlineData("{getMore: NumberLong(1), collection: 5}", 14)]
    [InlineData("{killCursors: 'o'}", 40414)]
    [InlineData("{killCursors: 'o', cursors: [1]}", 14)]
    [InlineData("{createIndexes: 'o'}", 40414)]
    [InlineData("{createIndexes: 'o', indexes: [5]}", 14)]
    [InlineData("{dropIndexes: 'o'}", 40414)]
    [InlineData("{endSessions: 5}", 14)]
    [InlineData("{endSessions: [5]}", 14)]
    [InlineData("{endSessions: [{}]}", 40414)]
    [InlineData("{find: 5}", 73)]
    [InlineData("{find: ''}", 73)]
    [InlineData("{find: '.a'}", 73)]
    [InlineData("{insert: 'a$b', documents: [{}]}", 73)]
    [InlineData("{create: 'system.x'}", 73)]
    [InlineData("{collStats: 5}", 73)]
    [InlineData("{collStats: 'o', scale: 0}", 51024)]
    [InlineData("{collStats: 'o', scale: 'x'}", 14)]
    public async Task What_is_wrong_inside_a_command_is_refused_with_MongoDBs_code(string request, int code)
    {
        using var client = await SeededAsync(BsonDocument.Parse(request).GetElement(0).Name);

        Assert.Equal(code, await client.CodeAsync(request));
    }

    [Theory]
    [InlineData("mapReduce")]
    [InlineData("renameCollection")]
    [InlineData("cloneCollectionAsCapped")]
    [InlineData("convertToCapped")]
    [InlineData("commitTransaction")]
    [InlineData("abortTransaction")]
    [InlineData("geoSearch")]
    [InlineData("bulkWrite")]
    [InlineData("atlasVersion")]
    [InlineData("fsync")]
    [InlineData("shutdown")]
    [InlineData("setParameter")]
    [InlineData("createUser")]
    [InlineData("saslStart")]
    [InlineData("replSetGetStatus")]
    public async Task A_command_that_is_not_listed_is_unknown(string command)
    {
        using var client = await RawClient.ConnectAsync(server.Port);

        Assert.Equal(59, await client.CodeAsync($"{{{command}: 1}}", "admin"));
    }

    private static TheoryDataRow<int> Named(int row, string part, string field) => new(row) { TestDisplayName = $"{part}.{field}" };

    // The path goes through arrays; an empty one is the reply itself.
    private static BsonValue At(BsonValue value, string path)
    {
        foreach (var name in path.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            value = value is BsonArray array ? new BsonArray(array.Select(v => v[name])) : value[name];
        }

        return value;
    }

    private async Task<SeededClient> SeededAsync(string part)
    {
        var command = part.Split('.')[0];
        var database = OnAdmin.Contains(command) ? "admin" : $"options{Interlocked.Increment(ref _databases)}";
        var client = new SeededClient(await RawClient.ConnectAsync(server.Port), database);
        if (database != "admin")
        {
            await client.RunAsync("{insert: 'o', documents: [{_id: 1, a: 1, t: 'x', l: [1, 2]}, {_id: 2, a: 2, t: 'y'}, {_id: 3, a: 3, t: 'z'}]}");
            await client.RunAsync("{createIndexes: 'o', indexes: [{key: {a: 1}, name: 'a_1'}]}");
        }

        return client;
    }

    /// <summary>A connection with a database of its own.</summary>
    private sealed class SeededClient(RawClient client, string database) : IDisposable
    {
        public Task<BsonDocument> RunAsync(string command) => client.RunAsync(command, database);

        public Task<int> CodeAsync(string command) => client.CodeAsync(command, database);

        public void Dispose() => client.Dispose();
    }
}
