using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Connections that begin, stall, are too many, or end.</summary>
public sealed class ConnectionTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task Writes_that_want_no_answer_are_done_though_the_client_closes_at_once()
    {
        for (var i = 0; i < 50; i++)
        {
            using var client = await RawClient.ConnectAsync(server.Port);
            var insert = RawClient.Command("{insert: 'farewell', documents: [{}]}", flags: 2);
            await client.SendAsync([.. insert, .. insert, .. insert]);
        }

        await Testing.Eventually.Until(async () => (await server.RunAsync("{count: 'farewell'}"))["n"] == 150, "all are stored");
    }

    [Fact]
    public async Task A_client_that_has_said_all_it_has_to_say_still_gets_its_answer()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Command("{ping: 1}"));
        client.StopSending();

        Assert.Equal(1.0, (await client.ReadAsync())["ok"]);
    }

    [Fact]
    public async Task A_message_may_come_byte_by_byte()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        foreach (var one in RawClient.Message(RawClient.OpMsg, [0, 0, 0, 0, 0, .. BsonDocument.Parse("{ping: 1, $db: 'tests'}").ToBson()]))
        {
            await client.SendAsync([one]);
        }

        Assert.Equal(1.0, (await client.ReadAsync())["ok"]);
    }

    [Fact]
    public async Task A_write_of_nearly_forty_eight_megabytes_goes_through()
    {
        var things = server.NewCollection();

        await things.InsertManyAsync(Enumerable.Range(0, 3).Select(i => new BsonDocument { { "_id", i }, { "text", new string('x', 15_900_000) } }), cancellationToken: Find.Ct);

        Assert.Equal(3, await things.CountDocumentsAsync("{}", cancellationToken: Find.Ct));
    }

    [Fact]
    public async Task Stopping_does_not_wait_for_idle_clients()
    {
        var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions(), Find.Ct);
        using var client = new MongoClient(other.ConnectionString);
        await client.GetDatabase("x").RunCommandAsync<BsonDocument>("{ping: 1}", cancellationToken: Find.Ct);
        using var idle = await RawClient.ConnectAsync(other.Port);

        await other.DisposeAsync();

        Assert.True(await idle.IsClosedAsync());
        Assert.False(Directory.Exists(other.DataFolder));
    }

    [Fact]
    public async Task A_client_that_stops_sending_still_gets_its_reply()
    {
        using var client = await RawClient.ConnectAsync(server.Port);
        await client.SendAsync(RawClient.Command("{ping: 1}"));
        client.StopSending();

        Assert.Equal(1.0, (await client.ReadAsync())["ok"]);
        Assert.True(await client.IsClosedAsync());
    }

    [Fact]
    public async Task More_connections_than_the_limit_are_closed_and_room_is_made_by_those_that_leave()
    {
        await using var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { MaxConnections = 2 }, Find.Ct);
        using var first = await RawClient.ConnectAsync(other.Port);
        using var second = await RawClient.ConnectAsync(other.Port);
        Assert.Equal(1.0, (await first.RunAsync("{ping: 1}"))["ok"]);
        Assert.Equal(1.0, (await second.RunAsync("{ping: 1}"))["ok"]);

        using var third = await RawClient.ConnectAsync(other.Port);
        Assert.True(await third.IsClosedAsync());
        first.Dispose();

        await Testing.Eventually.Until(async () => (await second.RunAsync("{serverStatus: 1}"))["connections"]["current"] == 1, "the first has left");
        using var fourth = await RawClient.ConnectAsync(other.Port);
        Assert.Equal(1.0, (await fourth.RunAsync("{ping: 1}"))["ok"]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Other_addresses_than_127_0_0_1_are_listened_on_only_if_that_is_allowed(bool allowed)
    {
        await using var other = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions { AllowRemote = allowed }, Find.Ct);
        using var socket = new System.Net.Sockets.TcpClient();

        var refused = await Record.ExceptionAsync(() => socket.ConnectAsync("127.0.0.2", other.Port, Find.Ct).AsTask());

        Assert.Equal(allowed, refused is null);
    }
}
