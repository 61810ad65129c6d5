using DotNet.Testcontainers.Builders;
using Testcontainers.MongoDb;
using Visuels.EmbeddedMongo;

namespace Visuels.Testing;

/// <summary>
/// The store of this test process: <c>VISUELS_TEST_MONGODB</c>, else a container where a Docker engine has the image, else
/// EmbeddedMongo. Started once and shared; each class uses databases of its own.
/// </summary>
public static class TestStore
{
    private const string Image = "mongo:8";

    private static readonly Lazy<Task<(string Connection, string Kind)>> Started = new(StartAsync);

    public static async Task<string> ConnectionStringAsync() => (await Started.Value).Connection;

    /// <summary>Which store it is: <c>external</c>, <c>container</c> or <c>embedded</c>.</summary>
    public static async Task<string> KindAsync() => (await Started.Value).Kind;

    private static async Task<(string, string)> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("VISUELS_TEST_MONGODB") is { Length: > 0 } external)
        {
            return (external, "external");
        }

        if (await DockerEngine.HasImageAsync(Image))
        {
            try
            {
                var container = new MongoDbBuilder(Image).Build();
                await container.StartAsync();
                return (container.GetConnectionString(), "container");
            }
            catch (DockerUnavailableException)
            {
                // An engine that the docker command can talk to and this library cannot: too old, for example.
            }
        }

        // Lives as long as the process; its folder is temporary.
        var server = await EmbeddedMongoServer.StartAsync(new EmbeddedMongoOptions(), CancellationToken.None);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => server.DisposeAsync().AsTask().GetAwaiter().GetResult();
        return (server.ConnectionString, "embedded");
    }
}
