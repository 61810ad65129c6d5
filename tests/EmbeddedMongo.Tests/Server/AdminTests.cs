using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What shells and tools ask beside the documents themselves.</summary>
public sealed class AdminTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static int _databases;
    private readonly string _name = $"admin{Interlocked.Increment(ref _databases)}";

    private IMongoCollection<BsonDocument> Things => server.Client.GetDatabase(_name).GetCollection<BsonDocument>("things");

    [Fact]
    public async Task Creating_what_is_there_with_the_same_options_succeeds_and_leaves_it_alone()
    {
        await Things.InsertAsync("{_id: 1}");

        Assert.Equal(1.0, (await RunAsync("{create: 'things'}"))["ok"]);
        Assert.Equal(1, await Things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task Dropping_tells_what_was_there_and_accepts_that_nothing_was()
    {
        await Things.InsertAsync("{_id: 1}");
        await Things.IndexAsync("{a: 1}");

        var dropped = await RunAsync("{drop: 'things'}");

        Assert.Equal((2, $"{_name}.things"), (dropped["nIndexesWas"].AsInt32, dropped["ns"].AsString));
        Assert.Equal(["ok"], (await RunAsync("{drop: 'things'}")).Names);
        await Things.InsertAsync("{_id: 1}");
        Assert.Equal(_name, (await RunAsync("{dropDatabase: 1}"))["dropped"]);
        Assert.Equal(["ok"], (await RunAsync("{dropDatabase: 1}")).Names);
    }

    [Fact]
    public async Task Collections_are_listed_with_their_options_in_batches_and_filtered()
    {
        foreach (var name in (string[])["c", "a", "b"])
        {
            await RunAsync($"{{create: '{name}'}}");
        }

        var cursor = (await RunAsync("{listCollections: 1, cursor: {batchSize: 2}}"))["cursor"];
        var more = (await RunAsync($"{{getMore: NumberLong('{cursor["id"]}'), collection: '$cmd.listCollections'}}"))["cursor"];
        var one = (await RunAsync("{listCollections: 1, filter: {name: {$gt: 'b'}, type: 'collection'}}"))["cursor"]["firstBatch"];

        Assert.Equal($"{_name}.$cmd.listCollections", cursor["ns"]);
        Assert.Equal(["a", "b", "c"], cursor["firstBatch"].AsBsonArray.Concat(more["nextBatch"].AsBsonArray).Select(c => c["name"].AsString));
        Assert.Equal(BsonDocument.Parse("{name: 'c', type: 'collection', options: {}, info: {readOnly: false}, idIndex: {v: 2, key: {_id: 1}, name: '_id_'}}"), one[0]);
    }

    [Fact]
    public async Task Databases_are_listed_with_their_sizes_and_filtered()
    {
        await Things.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "text", new string('x', 3_000_000) } }, cancellationToken: Find.Ct);

        var all = await server.RunAsync("{listDatabases: 1}", "admin");
        var one = await server.RunAsync($"{{listDatabases: 1, filter: {{name: '{_name}'}}}}", "admin");
        var large = await server.RunAsync("{listDatabases: 1, filter: {sizeOnDisk: {$gt: 2900000}}}", "admin");
        var names = await server.RunAsync($"{{listDatabases: 1, nameOnly: true, filter: {{name: '{_name}'}}}}", "admin");

        Assert.Equal(all["totalSize"].AsInt64, all["databases"].AsBsonArray.Sum(d => d["sizeOnDisk"].AsInt64));
        Assert.Equal(all["totalSize"].AsInt64 / 1048576, all["totalSizeMb"].AsInt64);
        Assert.InRange(one["databases"][0]["sizeOnDisk"].AsInt64, 3_000_000, 3_001_000);
        Assert.False(one["databases"][0]["empty"].AsBoolean);
        Assert.Contains(_name, large["databases"].AsBsonArray.Select(d => d["name"].AsString));
        Assert.Equal(BsonDocument.Parse($"{{databases: [{{name: '{_name}'}}], ok: 1.0}}"), names);
    }

    [Fact]
    public async Task The_statistics_of_a_collection_count_and_measure_what_it_holds()
    {
        var document = new BsonDocument { { "_id", 1 }, { "a", 5 } };
        await Things.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument { { "_id", i }, { "a", 5 } }), cancellationToken: Find.Ct);
        await Things.IndexAsync("{a: 1}");
        var size = document.ToBson().Length;

        var stats = await RunAsync("{collStats: 'things'}");
        var scaled = await RunAsync("{collStats: 'things', scale: 100}");
        var nothing = await RunAsync("{collStats: 'nothing'}");

        Assert.Equal((10, size * 10, size), (stats["count"].AsInt32, stats["size"].ToInt32(), stats["avgObjSize"].ToInt32()));
        Assert.Equal((2, false), (stats["nindexes"].AsInt32, stats["capped"].AsBoolean));
        Assert.Equal(["_id_", "a_1"], stats["indexSizes"].AsBsonDocument.Names);
        Assert.Equal(stats["totalIndexSize"].ToInt64(), stats["indexSizes"].AsBsonDocument.Values.Sum(v => v.ToInt64()));
        Assert.Equal(stats["totalSize"].ToInt64(), stats["totalIndexSize"].ToInt64() + stats["storageSize"].ToInt64());
        Assert.True(stats["totalIndexSize"].ToInt64() > 0);
        Assert.Equal((size * 10 / 100, 100), (scaled["size"].ToInt32(), scaled["scaleFactor"].AsInt32));
        Assert.Equal((0, 0, 0), (nothing["count"].AsInt32, nothing["size"].ToInt32(), nothing["nindexes"].AsInt32));
    }

    [Fact]
    public async Task The_stage_collStats_gives_the_same_statistics_to_the_stages_after_it()
    {
        await Things.InsertManyAsync(Enumerable.Range(0, 10).Select(i => new BsonDocument { { "_id", i }, { "a", 5 } }), cancellationToken: Find.Ct);
        await Things.IndexAsync("{a: 1}");
        var command = await RunAsync("{collStats: 'things', scale: 10}");

        var stats = (await RunAsync("{aggregate: 'things', pipeline: [{$collStats: {storageStats: {scale: 10}, count: {}}}], cursor: {}}"))["cursor"]["firstBatch"][0].AsBsonDocument;
        var part = (await RunAsync("{aggregate: 'things', pipeline: [{$collStats: {count: {}}}, {$project: {_id: 0, twice: {$multiply: ['$count', 2]}}}], cursor: {}}"))["cursor"]["firstBatch"][0];

        Assert.Equal(["ns", "host", "localTime", "storageStats", "count"], stats.Names);
        Assert.Equal(command["ns"], stats["ns"]);
        Assert.Equal(10, stats["count"].AsInt32);
        command.Remove("ns");
        command.Remove("ok");
        Assert.Equal(command, stats["storageStats"]);
        Assert.Equal(BsonDocument.Parse("{twice: 20}"), part);
    }

    [Theory]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {storageStats: {}}}], cursor: {}}", 26)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {count: {}}}], cursor: {}}", 26)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: 1}], cursor: {}}", 5447000)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {nonsense: 1}}], cursor: {}}", 40415)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {storageStats: {nonsense: 1}}}], cursor: {}}", 40415)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {storageStats: 1}}], cursor: {}}", 14)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {latencyStats: {}}}], cursor: {}}", 238)]
    [InlineData("{aggregate: 'none', pipeline: [{$collStats: {queryExecStats: {}}}], cursor: {}}", 238)]
    [InlineData("{aggregate: 'none', pipeline: [{$match: {}}, {$collStats: {count: {}}}], cursor: {}}", 40602)]
    public async Task What_the_stage_collStats_cannot_tell_is_refused(string command, int code) => Assert.Equal(code, await server.RefusalAsync(command));

    [Fact]
    public async Task The_statistics_of_a_database_add_up_those_of_its_collections()
    {
        await Things.InsertAsync("{_id: 1}", "{_id: 2}");
        await server.Client.GetDatabase(_name).GetCollection<BsonDocument>("others").InsertAsync("{_id: 1}");
        await Things.IndexAsync("{a: 1}");

        var stats = await RunAsync("{dbStats: 1}");
        var scaled = await RunAsync("{dbStats: 1, scale: 2}");

        Assert.Equal((_name, 2, 3, 3), (stats["db"].AsString, stats["collections"].ToInt32(), stats["objects"].ToInt32(), stats["indexes"].ToInt32()));
        Assert.Equal(3.0 * BsonDocument.Parse("{_id: 1}").ToBson().Length, stats["dataSize"]);
        Assert.Equal(stats["dataSize"].ToDouble() / 2, scaled["dataSize"]);
        Assert.Equal(0, (await server.RunAsync("{dbStats: 1}", "no-such-database"))["objects"].ToInt32());
    }

    [Fact]
    public async Task The_server_counts_operations_connections_and_bytes()
    {
        await using var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { TimeProvider = server.Clock }, Find.Ct);
        using var client = await RawClient.ConnectAsync(other.Port);
        using var second = await RawClient.ConnectAsync(other.Port);
        await second.RunAsync("{ping: 1}");
        await client.RunAsync("{insert: 'x', documents: [{_id: 1}, {_id: 2}, {_id: 3}]}");
        var cursor = (await client.RunAsync("{find: 'x', batchSize: 1}"))["cursor"]["id"];
        await client.RunAsync($"{{getMore: NumberLong('{cursor}'), collection: 'x', batchSize: 1}}");
        await client.RunAsync("{update: 'x', updates: [{q: {}, u: {$set: {a: 1}}}, {q: {}, u: {$set: {a: 2}}}]}");
        await client.RunAsync("{delete: 'x', deletes: [{q: {}, limit: 1}]}");

        var status = await client.RunAsync("{serverStatus: 1}");

        Assert.Equal(BsonDocument.Parse("{insert: NumberLong(3), query: NumberLong(1), update: NumberLong(2), delete: NumberLong(1), getmore: NumberLong(1), command: NumberLong(2)}"), status["opcounters"]);
        Assert.Equal((2, 2), (status["connections"]["current"].AsInt32, status["connections"]["totalCreated"].AsInt32));
        Assert.Equal(7, status["network"]["numRequests"].ToInt32());
        Assert.InRange(status["network"]["bytesIn"].ToInt64(), 400, 4000);
        Assert.InRange(status["network"]["bytesOut"].ToInt64(), 400, 4000);
        Assert.Equal(1, status["metrics"]["cursor"]["open"]["total"].ToInt32());
        Assert.InRange(status["mem"]["resident"].ToInt32(), 10, 100_000);
        Assert.Equal("mongod", status["process"]);
        Assert.False((await client.RunAsync("{serverStatus: 1, network: 0, repl: 0}")).Contains("network"));
    }

    [Fact]
    public async Task The_servers_uptime_follows_its_clock()
    {
        await using var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { TimeProvider = new Microsoft.Extensions.Time.Testing.FakeTimeProvider { AutoAdvanceAmount = TimeSpan.FromSeconds(10) } }, Find.Ct);
        using var client = await RawClient.ConnectAsync(other.Port);

        var status = await client.RunAsync("{serverStatus: 1}");

        Assert.True(status["uptime"].ToDouble() >= 10);
        Assert.Equal(status["uptime"].ToInt64(), status["uptimeMillis"].ToInt64() / 1000);
    }

    [Fact]
    public async Task Parameters_are_told_by_name_and_unknown_ones_are_refused()
    {
        Assert.Equal("7.0", (await server.RunAsync("{getParameter: 1, featureCompatibilityVersion: 1}", "admin"))["featureCompatibilityVersion"]["version"]);
        Assert.Equal(600_000, (await server.RunAsync("{getParameter: '*'}", "admin"))["cursorTimeoutMillis"].ToInt32());
        Assert.Equal(72, await server.RefusalAsync("{getParameter: 1, nonsense: 1}", "admin"));
        Assert.Equal(72, await server.RefusalAsync("{getParameter: 1}", "admin"));
        Assert.Equal(13, await server.RefusalAsync("{getParameter: 1, notablescan: 1}"));
    }

    [Fact]
    public async Task What_shells_ask_at_the_start_is_answered()
    {
        Assert.StartsWith("7.0", (await server.RunAsync("{buildInfo: 1}"))["version"].AsString, StringComparison.Ordinal);
        Assert.Empty((await server.RunAsync("{connectionStatus: 1}"))["authInfo"]["authenticatedUsers"].AsBsonArray);
        Assert.Empty((await server.RunAsync("{getLog: 'startupWarnings'}", "admin"))["log"].AsBsonArray);
        Assert.Equal(96, await server.RefusalAsync("{getLog: 'nonsense'}", "admin"));
        Assert.Equal(1.0, (await server.RunAsync("{getCmdLineOpts: 1}", "admin"))["ok"]);
        Assert.Equal(13, await server.RefusalAsync("{getCmdLineOpts: 1}"));
        Assert.Equal(1.0, (await server.RunAsync("{ping: 1}"))["ok"]);
    }

    [Fact]
    public async Task A_client_learns_its_own_address()
    {
        using var client = await RawClient.ConnectAsync(server.Port);

        Assert.Matches(@"^127\.0\.0\.1:\d+$", (await client.RunAsync("{whatsmyuri: 1}"))["you"].AsString);
    }

    [Fact]
    public async Task Databases_may_not_differ_in_case_only()
    {
        await Things.InsertAsync("{_id: 1}");
        var other = _name.ToUpperInvariant();

        Assert.Equal(13297, await server.RefusalAsync("{create: 'x'}", other));
        Assert.Equal(13297, (await server.RunAsync("{insert: 'x', documents: [{}]}", other))["writeErrors"][0]["code"]);
        Assert.Equal(0, (await server.RunAsync("{count: 'things'}", other))["n"]);
    }

    [Fact]
    public async Task A_session_ends_with_the_cursors_opened_in_it()
    {
        await Things.InsertAsync("{_id: 1}", "{_id: 2}", "{_id: 3}");
        using var client = await RawClient.ConnectAsync(server.Port);
        foreach (var end in (string[])["endSessions", "killSessions"])
        {
            var id = (await client.RunAsync("{startSession: 1}"))["id"].ToJson(new MongoDB.Bson.IO.JsonWriterSettings { OutputMode = MongoDB.Bson.IO.JsonOutputMode.CanonicalExtendedJson });
            var cursor = (await client.RunAsync($"{{find: 'things', batchSize: 1, lsid: {id}}}", _name))["cursor"]["id"];
            var getMore = $"getMore: NumberLong('{cursor}'), collection: 'things', batchSize: 1";

            Assert.Equal(50736, await client.CodeAsync($"{{{getMore}}}", _name));
            Assert.Equal(50738, await client.CodeAsync($"{{{getMore}, lsid: {{id: UUID('12345678-1234-1234-1234-123456789012')}}}}", _name));
            Assert.Equal(0, await client.CodeAsync($"{{{getMore}, lsid: {id}}}", _name));
            Assert.Equal(0, await client.CodeAsync($"{{refreshSessions: [{id}]}}"));
            Assert.Equal(0, await client.CodeAsync($"{{{end}: [{id}]}}"));
            Assert.Equal(43, await client.CodeAsync($"{{{getMore}, lsid: {id}}}", _name));
        }

        var free = (await client.RunAsync("{find: 'things', batchSize: 1}", _name))["cursor"]["id"];
        Assert.Equal(50737, await client.CodeAsync($"{{getMore: NumberLong('{free}'), collection: 'things', lsid: {{id: UUID('12345678-1234-1234-1234-123456789012')}}}}", _name));
    }

    [Theory]
    [InlineData("{find: 'x', filter: {$where: 'true'}}", 238)]
    [InlineData("{aggregate: 'x', pipeline: [{$out: 'y'}], cursor: {}}", 238)]
    [InlineData("{aggregate: 'x', pipeline: [{$merge: {into: 'y'}}], cursor: {}}", 238)]
    [InlineData("{aggregate: 'x', pipeline: [{$changeStream: {}}], cursor: {}}", 40573)]
    [InlineData("{aggregate: 'x', pipeline: [{$geoNear: {near: [0, 0], distanceField: 'd'}}], cursor: {}}", 238)]
    [InlineData("{find: 'x', filter: {a: {$geoWithin: {$center: [[0, 0], 1]}}}}", 238)]
    [InlineData("{find: 'x', filter: {a: {$near: [0, 0]}}}", 238)]
    [InlineData("{createIndexes: 'x', indexes: [{key: {a: '2dsphere'}, name: 'a'}]}", 238)]
    public async Task What_is_outside_the_surface_is_refused(string command, int code) =>
        Assert.Equal(code, await server.RefusalAsync(command));

    private Task<BsonDocument> RunAsync(string command) => server.RunAsync(command, _name);
}
