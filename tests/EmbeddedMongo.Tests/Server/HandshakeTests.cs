namespace Visuels.EmbeddedMongo.Tests.Server;

public sealed class HandshakeTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    [Fact]
    public async Task It_is_a_standalone_server_of_version_7_with_sessions()
    {
        var hello = await server.RunAsync("{hello: 1}", "admin");

        Assert.True(hello["isWritablePrimary"].AsBoolean);
        Assert.Equal(21, hello["maxWireVersion"]);
        Assert.Equal(16 * 1024 * 1024, hello["maxBsonObjectSize"]);
        Assert.DoesNotContain(hello.Names, name => name is "setName" or "topologyVersion");
        Assert.Equal(30, hello["logicalSessionTimeoutMinutes"]);
        Assert.True((await server.RunAsync("{isMaster: 1}", "admin"))["ismaster"].AsBoolean);
        Assert.StartsWith("7.", (await server.RunAsync("{buildInfo: 1}", "admin"))["version"].AsString, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Transactions_are_refused_as_a_standalone_server_refuses_them()
    {
        Assert.Equal(20, await server.RefusalAsync("{insert: 'x', documents: [{a: 1}], txnNumber: NumberLong(1)}"));
        Assert.Equal(20, await server.RefusalAsync("{find: 'x', startTransaction: true, autocommit: false}"));
    }

    [Fact]
    public async Task A_session_id_is_accepted() =>
        Assert.Equal(1, (await server.RunAsync("{ping: 1, lsid: {id: UUID('12345678-1234-1234-1234-123456789012')}}"))["ok"].ToInt32());

    [Theory]
    [InlineData("{noSuchCommand: 1}", 59)]
    [InlineData("{bulkWrite: 1}", 59)]
    [InlineData("{find: 'x', nonsense: 1}", 40415)]
    [InlineData("{insert: 'x', documents: [{a: 1}], nonsense: 1}", 40415)]
    [InlineData("{update: 'x', updates: [{q: {}, u: {$set: {a: 1}}, nonsense: 1}]}", 40415)]
    [InlineData("{delete: 'x', deletes: [{q: {}, limit: 1, nonsense: 1}]}", 40415)]
    [InlineData("{find: 'x', showRecordId: true}", 238)]
    [InlineData("{find: 'x', tailable: true}", 238)]
    [InlineData("{aggregate: 1, pipeline: [{$currentOp: {}}], cursor: {}}", 238)]
    [InlineData("{aggregate: 'x', pipeline: []}", 9)]
    [InlineData("{create: 'x', capped: true, size: 1000}", 238)]
    [InlineData("{find: 'x', filter: 'y'}", 14)]
    [InlineData("{find: 'x', limit: 'many'}", 14)]
    [InlineData("{find: 'x', limit: -1}", 51024)]
    [InlineData("{find: 'a$b'}", 73)]
    [InlineData("{find: ''}", 73)]
    [InlineData("{find: 'x', readConcern: {level: 'snapshot'}}", 123)]
    [InlineData("{insert: 'x', documents: [{a: 1}], writeConcern: {w: 3}}", 2)]
    [InlineData("{insert: 'x', documents: []}", 16)]
    [InlineData("{getMore: NumberLong(12345), collection: 'x'}", 43)]
    [InlineData("{listDatabases: 1}", 13)]
    [InlineData("{listIndexes: 'missing'}", 26)]
    public async Task What_it_does_not_do_is_refused_with_MongoDBs_code(string command, int code) =>
        Assert.Equal(code, await server.RefusalAsync(command));

    [Fact]
    public async Task Options_that_ask_for_what_happens_anyway_are_accepted()
    {
        Assert.Equal(1, (await server.RunAsync("{find: 'x', collation: {locale: 'simple'}, allowDiskUse: true, maxTimeMS: 1000, comment: 'hi', readConcern: {level: 'majority'}}"))["ok"].ToInt32());
        Assert.Equal(1, (await server.RunAsync("{insert: 'x', documents: [{a: 1}], writeConcern: {w: 'majority', j: true, wtimeout: 100}}"))["n"].ToInt32());
    }
}
