using System.Text;
using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Tests.Messaging;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>A broker as tests see it: services that use it, and a connection of their own to look at it.</summary>
internal sealed class RabbitMqClient : IAsyncDisposable
{
    /// <summary>A queue of the table that most tests read.</summary>
    public const string Readers = "order-user-registered";

    private readonly string _connectionString;
    private readonly IConnection _connection;

    private RabbitMqClient(string connectionString, IConnection connection, IChannel channel) =>
        (_connectionString, _connection, Channel) = (connectionString, connection, channel);

    public IChannel Channel { get; }

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RabbitMqClient> ConnectAsync(string connectionString)
    {
        var connection = await new ConnectionFactory { Uri = new Uri(connectionString) }.CreateConnectionAsync(Ct);
        return new RabbitMqClient(connectionString, connection, await connection.CreateChannelAsync(cancellationToken: Ct));
    }

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    /// <summary>A service that uses the broker.</summary>
    public Task<MessagingHost> StartAsync(string service, Action<IBusRegistrationConfigurator>? consumers = null) =>
        MessagingHost.StartAsync(service, SettingsOf(_connectionString), consumers);

    public static Dictionary<string, string?> SettingsOf(string connectionString) => new()
    {
        ["ConnectionStrings:RabbitMq"] = connectionString,
        ["Messaging:RetryCount"] = "1",
        ["Messaging:RetryMinPause"] = "00:00:00.010",
    };

    /// <summary>Declares a queue as no service of ours would.</summary>
    public Task DeclareClassicAsync(string queue) => Channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);

    /// <summary>Sends a body straight to a queue.</summary>
    public ValueTask SendAsync(string queue, string body) => Channel.BasicPublishAsync(
        "", queue, mandatory: true, new BasicProperties { ContentType = "application/vnd.masstransit+json" }, Encoding.UTF8.GetBytes(body), Ct);

    /// <summary>How many messages a queue holds; none where it does not exist.</summary>
    public async Task<uint> CountAsync(string queue)
    {
        // A refusal closes the channel.
        await using var channel = await _connection.CreateChannelAsync(cancellationToken: Ct);
        try
        {
            return await channel.MessageCountAsync(queue, Ct);
        }
        catch (OperationInterruptedException)
        {
            return 0;
        }
    }

    public Task HoldsAsync(string queue, uint count) => Eventually.Until(async () => await CountAsync(queue) == count, $"{queue} holds {count}");

    public async Task DeleteAsync(IEnumerable<string> queues)
    {
        foreach (var queue in queues)
        {
            await Channel.QueueDeleteAsync(queue, cancellationToken: Ct);
            await Channel.QueueDeleteAsync($"{queue}_error", cancellationToken: Ct);
            await Channel.ExchangeDeleteAsync(queue, cancellationToken: Ct);
        }
    }
}

internal static class BrokerHosts
{
    /// <summary>Publishes once: a second try of what is only late would be a second message.</summary>
    public static async Task PublishAsync(this MessagingHost host, object @event) =>
        await host.Publisher.PublishAsync(OutboxEntry.Of(@event, Events.At), TestContext.Current.CancellationToken)
            .WaitAsync(TimeSpan.FromMinutes(1), TestContext.Current.CancellationToken);

    /// <summary>As a relay does it whose broker comes and goes: each try is short, and the same message goes out again until it is confirmed.</summary>
    public static Task PublishUntilConfirmedAsync(this MessagingHost host, object @event)
    {
        var entry = OutboxEntry.Of(@event, Events.At);
        return Eventually.Until(
            async () =>
            {
                using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(5));
                try
                {
                    await host.Publisher.PublishAsync(entry, timeout.Token);
                    return true;
                }
                catch (Exception e) when (e is not MessageReturnedException)
                {
                    return false;
                }
            },
            $"{entry.Type} is published",
            TimeSpan.FromMinutes(2));
    }

    public static async Task<bool> IsHealthyAsync(this MessagingHost host)
    {
        var report = await host.Services.GetRequiredService<HealthCheckService>()
            .CheckHealthAsync(check => check.Tags.Contains(MessagingExtensions.BusCheck), TestContext.Current.CancellationToken);
        return report.Entries[MessagingExtensions.BusCheck].Status == HealthStatus.Healthy;
    }
}
