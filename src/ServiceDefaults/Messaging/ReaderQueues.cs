using System.Collections.Concurrent;
using MassTransit.RabbitMqTransport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Visuels.Contracts;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// Declares the queues of an event's readers before the event is published for the first time, and again whenever the broker was away: a
/// broker confirms and drops what no queue is bound to. A queue that is bound here and by its own service still gets each message once.
/// On a connection of its own, because the bus would neither go on without a queue that it cannot declare nor say why.
/// </summary>
internal sealed partial class ReaderQueues(IOptions<MessagingOptions> options, ILogger<ReaderQueues> logger) : IAsyncDisposable
{
    /// <summary>
    /// What every queue is declared with. From version 4 on the broker drops a message that came back 20 times, be it because its reader was
    /// killed; ours go to the error queue or stay.
    /// </summary>
    public static readonly IReadOnlyDictionary<string, object?> Arguments =
        new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 };

    private static readonly TimeSpan Goodbye = TimeSpan.FromMilliseconds(500);
    private static readonly RabbitMqMessageNameFormatter Names = new();

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly ConcurrentDictionary<Type, bool> _declared = new();
    private readonly ConcurrentDictionary<string, bool> _named = new();
    private IConnection? _connection;

    public async Task DeclareAsync(Type type, CancellationToken ct)
    {
        if (IsDeclared(type))
        {
            return;
        }

        await _one.WaitAsync(ct);
        try
        {
            if (IsDeclared(type))
            {
                return;
            }

            var connection = await ConnectAsync(ct);
            foreach (var queue in EventRoutes.Queues[type])
            {
                await DeclareAsync(connection, queue, ct);
                await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
                var exchange = Names.GetMessageName(type);
                await channel.ExchangeDeclareAsync(exchange, ExchangeType.Fanout, durable: true, cancellationToken: ct);
                await channel.QueueBindAsync(queue, exchange, "", cancellationToken: ct);
            }

            _declared[type] = true;
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>No queue took an event of this type: somebody has deleted them.</summary>
    public void Forget(Type type) => _declared.TryRemove(type, out _);

    public async ValueTask DisposeAsync()
    {
        if (_connection is not null)
        {
            await GoodbyeAsync(_connection);
        }

        _one.Dispose();
    }

    /// <summary>A broker that hangs must not hold up the stop: what has not said goodbye by then ends with the process.</summary>
    internal static async ValueTask GoodbyeAsync(IAsyncDisposable connection) =>
        await connection.DisposeAsync().AsTask().WaitAsync(Goodbye).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    private bool IsDeclared(Type type) => _connection is { IsOpen: true } && _declared.ContainsKey(type);

    private async Task<IConnection> ConnectAsync(CancellationToken ct)
    {
        if (_connection is { IsOpen: true })
        {
            return _connection;
        }

        if (_connection is not null)
        {
            await _connection.DisposeAsync();
        }

        // What the broker that comes back still knows is not to be relied upon.
        _declared.Clear();
        var factory = new ConnectionFactory
        {
            Uri = new Uri(options.Value.RabbitMq!),
            AutomaticRecoveryEnabled = false,
            RequestedHeartbeat = BusFactory.Heartbeat,
        };
        return _connection = await factory.CreateConnectionAsync("reader queues", ct);
    }

    private async Task DeclareAsync(IConnection connection, string queue, CancellationToken ct)
    {
        // A refusal closes the channel.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        try
        {
            await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?>(Arguments), cancellationToken: ct);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.PreconditionFailed)
        {
            if (_named.TryAdd(queue, true))
            {
                LogMismatch(queue);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Queue {Queue} exists on the broker with other properties than a quorum queue has; events still go there")]
    private partial void LogMismatch(string queue);
}
