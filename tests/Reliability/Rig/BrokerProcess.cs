using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Visuels.Contracts;
using Visuels.Testing;

namespace Visuels.Reliability.Rig;

/// <summary>What is in a queue: messages that wait, and how many read it.</summary>
internal sealed record QueueState(uint Messages, uint Readers);

/// <summary>A RabbitMQ node of this program's own, and a look into its queues.</summary>
internal sealed class BrokerProcess : IAsyncDisposable
{
    private BrokerProcess(RabbitMqNode node) => Node = node;

    public RabbitMqNode Node { get; }

    /// <summary>False after <see cref="Kill"/>.</summary>
    public bool IsRunning { get; private set; } = true;

    public static async Task<BrokerProcess> StartAsync(CancellationToken ct) => new(await RabbitMqNode.StartAsync(ct));

    /// <summary>As a power cut would: SIGKILL.</summary>
    public void Kill()
    {
        IsRunning = false;
        Node.Kill();
    }

    /// <summary>Starts it with what it had on disk and waits until it answers.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        await Node.StartAgainAsync(ct);
        IsRunning = true;
    }

    /// <summary>Waits until all queues are there, are read and would survive a kill.</summary>
    public async Task ReadByAsync(IReadOnlyCollection<string> services, CancellationToken ct)
    {
        var expected = EventRoutes.Queues.Values.SelectMany(queues => queues).Where(queue => services.Contains(queue.Split('-')[0])).ToList();
        await Eventually.Until(
            async () => (await LookAsync(expected, ct)).Values.All(queue => queue is { Readers: > 0 }), "all queues are read", TimeSpan.FromMinutes(3));
        foreach (var queue in EventRoutes.Queues.Values.SelectMany(queues => queues))
        {
            await Node.QueueIsOnDiskAsync(queue);
        }
    }

    /// <summary>Every queue of the events and what lies dead beside it; null for a queue that does not exist.</summary>
    public Task<IReadOnlyDictionary<string, QueueState?>> LookAsync(CancellationToken ct) =>
        LookAsync(EventRoutes.Queues.Values.SelectMany(queues => queues).SelectMany(queue => new[] { queue, $"{queue}_error", $"{queue}_skipped" }), ct);

    /// <summary>Takes everything out of every queue, so that one experiment's remains do not meet the next.</summary>
    public async Task PurgeAsync(CancellationToken ct)
    {
        await using var connection = await ConnectAsync(ct);
        foreach (var queue in (await LookAsync(ct)).Where(queue => queue.Value is not null))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            await channel.QueuePurgeAsync(queue.Key, ct);
        }
    }

    public ValueTask DisposeAsync() => Node.DisposeAsync();

    public Task<IConnection> ConnectAsync(CancellationToken ct) => new ConnectionFactory { Uri = new Uri(Node.ConnectionString) }.CreateConnectionAsync(ct);

    private async Task<IReadOnlyDictionary<string, QueueState?>> LookAsync(IEnumerable<string> queues, CancellationToken ct)
    {
        var found = new Dictionary<string, QueueState?>();
        await using var connection = await ConnectAsync(ct);
        var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        foreach (var queue in queues)
        {
            try
            {
                var declared = await channel.QueueDeclarePassiveAsync(queue, ct);
                found[queue] = new QueueState(declared.MessageCount, declared.ConsumerCount);
            }
            catch (OperationInterruptedException)
            {
                // There is none; the broker has closed the channel over it.
                found[queue] = null;
                await channel.DisposeAsync();
                channel = await connection.CreateChannelAsync(cancellationToken: ct);
            }
        }

        await channel.DisposeAsync();
        return found;
    }
}
