using DotNet.Testcontainers.Builders;
using Testcontainers.RabbitMq;

namespace Visuels.Testing;

/// <summary>
/// The RabbitMQ of this test process: <c>VISUELS_TEST_RABBITMQ</c>, else a container where a Docker engine has the image, else a
/// private node of an installed <c>rabbitmq-server</c>. Started once and shared.
/// </summary>
public static class RabbitMqBroker
{
    /// <summary>What to tell where there is none.</summary>
    public const string Missing =
        "Needs RabbitMQ: set VISUELS_TEST_RABBITMQ, or have the image rabbitmq:4-management, or install rabbitmq-server.";

    private const string Image = "rabbitmq:4-management";

    private static readonly Lazy<Task<(string Connection, string Kind)?>> Started = new(StartAsync);

    /// <summary>Where it is; null where there is none, and the test should be skipped with <see cref="Missing"/>.</summary>
    public static async Task<string?> ConnectionStringAsync() => (await Started.Value)?.Connection;

    /// <summary>Which broker it is: <c>external</c>, <c>container</c> or <c>node</c>.</summary>
    public static async Task<string?> KindAsync() => (await Started.Value)?.Kind;

    private static async Task<(string, string)?> StartAsync()
    {
        if (Environment.GetEnvironmentVariable("VISUELS_TEST_RABBITMQ") is { Length: > 0 } external)
        {
            return (external, "external");
        }

        if (await DockerEngine.HasImageAsync(Image))
        {
            try
            {
                var container = new RabbitMqBuilder(Image).Build();
                await container.StartAsync();
                return (container.GetConnectionString(), "container");
            }
            catch (DockerUnavailableException)
            {
                // An engine that the docker command can talk to and this library cannot: too old, for example.
            }
        }

        if (RabbitMqNode.IsInstalled)
        {
            var node = await RabbitMqNode.StartAsync(CancellationToken.None);
            AppDomain.CurrentDomain.ProcessExit += (_, _) => node.DisposeAsync().AsTask().GetAwaiter().GetResult();
            return (node.ConnectionString, "node");
        }

        return null;
    }
}
