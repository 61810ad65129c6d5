using RabbitMQ.Client;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Broker;

/// <summary>A broker that has what docker-compose.yml gives it: the users that <c>new-env.sh</c> drew, and what each of them may do.</summary>
public sealed class DeployedBroker : IAsyncLifetime
{
    private readonly NewEnvironment _environment = new();
    private RabbitMqNode? _node;

    /// <summary>Skips the test where there can be none.</summary>
    public RabbitMqNode Node
    {
        get
        {
            Assert.SkipWhen(_node is null, RabbitMqBroker.Missing);
            return _node;
        }
    }

    public async ValueTask InitializeAsync()
    {
        if (!RabbitMqNode.IsInstalled)
        {
            return;
        }

        Assert.Equal(0, await _environment.RunAsync(CancellationToken.None));
        var definitions = _environment.PathOf("definitions");
        Directory.CreateDirectory(definitions);
        File.Copy(_environment.PathOf("secrets/rabbitmq-users.json"), Path.Combine(definitions, "10-users.json"));
        await File.WriteAllTextAsync(Path.Combine(definitions, "20-permissions.json"), NewEnvironment.Delivered("permissions.json"));
        _node = await RabbitMqNode.StartAsync(
            CancellationToken.None,
            NewEnvironment.Delivered("90-visuels.conf").Replace("/etc/rabbitmq/definitions", definitions, StringComparison.Ordinal),
            _environment.BrokerUser("operator"));
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    public string ConnectionStringOf(string user) => Node.ConnectionStringOf(_environment.BrokerUser(user));

    public Task<IConnection> ConnectAsync(string user, CancellationToken ct) =>
        new ConnectionFactory { Uri = new Uri(ConnectionStringOf(user)), AutomaticRecoveryEnabled = false }.CreateConnectionAsync(ct);
}
