namespace Visuels.EmbeddedMongo.Tests.Clients;

/// <summary>Other people's clients find in it the MongoDB they know; each script says line by line what it has checked.</summary>
public sealed class ClientTests(ITestOutputHelper log)
{
    [Theory]
    [InlineData("node", "driver.mjs")]
    [InlineData("node", "mongoose.mjs")]
    public Task A_script_of_a_Node_client_finds_nothing_wrong(string node, string script) => PassesAsync(server => [node, script, server]);

    [Fact]
    public Task A_script_for_mongosh_finds_nothing_wrong() => PassesAsync(server => ["{bin}/mongosh", "--quiet", "--norc", server, "--file", "mongosh.js"]);

    private async Task PassesAsync(Func<string, string[]> command)
    {
        await using var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions(), TestContext.Current.CancellationToken);

        var (exitCode, output) = await NodeClients.RunAsync(command(server.ConnectionString));

        log.WriteLine(output);
        Assert.True(exitCode == 0 && output.Contains("ok: ", StringComparison.Ordinal), output);
    }
}
