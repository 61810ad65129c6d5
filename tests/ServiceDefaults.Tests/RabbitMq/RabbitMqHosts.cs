using Visuels.Contracts;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>Tests that share a broker, one after the other, and leave it alive.</summary>
[CollectionDefinition(nameof(RabbitMqHosts))]
public sealed class TestsOfOneBroker : ICollectionFixture<RabbitMqHosts>;

/// <summary>
/// A broker, and on it a virtual host for each test: what one declares is not there for the next. Where only a foreign broker can be
/// had, its queues are deleted instead.
/// </summary>
public sealed class RabbitMqHosts : IAsyncLifetime
{
    private const int Most = 20;

    private RabbitMqNode? _node;
    private int _given;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Null where the broker is a foreign one.</summary>
    public RabbitMqNode? Node => _node;

    public async ValueTask InitializeAsync()
    {
        if (RabbitMqNode.IsInstalled)
        {
            _node = await RabbitMqNode.StartAsync(Ct);
            await _node.AddVirtualHostsAsync(Enumerable.Range(1, Most).Select(NameOf), Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    /// <summary>The next virtual host, which nobody has used.</summary>
    /// <returns>Its name, and how to connect.</returns>
    public async Task<(string Host, string ConnectionString)> NextAsync()
    {
        if (_node is not null)
        {
            Assert.InRange(++_given, 1, Most);
            return (NameOf(_given), _node.ConnectionString + NameOf(_given));
        }

        var broker = await RabbitMqBroker.ConnectionStringAsync();
        Assert.SkipWhen(broker is null, RabbitMqBroker.Missing);
        await using var client = await RabbitMqClient.ConnectAsync(broker);
        await client.DeleteAsync(EventRoutes.Queues.Values.SelectMany(queues => queues));
        return ("/", broker);
    }

    private static string NameOf(int number) => $"tests{number}";
}
