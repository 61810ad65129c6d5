using MongoDB.Bson;
using Visuels.EmbeddedMongo.Commands;
using static Visuels.EmbeddedMongo.Tests.Server.OptionTable;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>
/// Walks the options that MongoDB 7's command reference documents: each works, is refused, or asks for what happens anyway. A command that
/// takes a field which the table lacks fails a test here.
/// </summary>
public sealed class OptionTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static int _databases;

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
