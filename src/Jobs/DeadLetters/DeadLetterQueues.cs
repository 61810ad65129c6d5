using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Jobs.DeadLetters;

/// <summary>The queues in which messages end that their consumers gave up (<c>_error</c>) or did not know (<c>_skipped</c>).</summary>
internal sealed class DeadLetterQueues(IConnection connection)
{
    private const int MostRead = 1000;

    private static readonly string[] Suffixes = ["_error", "_skipped"];

    /// <summary>All there can be, of every service.</summary>
    public static IReadOnlyList<string> All { get; } =
        [.. EventRoutes.Queues.Values.SelectMany(queues => queues).Order().SelectMany(queue => Suffixes.Select(suffix => queue + suffix))];

    /// <summary>Those that are meant by a name: a dead letter queue's own, or that of the queue it belongs to.</summary>
    public static IReadOnlyList<string> Named(string name) =>
        [.. All.Where(queue => queue == name || Suffixes.Any(suffix => queue == name + suffix))];

    public static Task<IConnection> ConnectAsync(Uri broker, CancellationToken ct)
    {
        var factory = new ConnectionFactory
        {
            Uri = broker,
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = TimeSpan.FromSeconds(5),
            HandshakeContinuationTimeout = TimeSpan.FromSeconds(5),
            ContinuationTimeout = TimeSpan.FromSeconds(10),
        };
        return factory.CreateConnectionAsync("dead letters", ct);
    }

    /// <summary>How many messages a queue holds; none where it does not exist.</summary>
    public async Task<uint> CountAsync(string queue, CancellationToken ct)
    {
        // The broker closes the channel over a queue that is not there.
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        try
        {
            return await channel.MessageCountAsync(queue, ct);
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
        {
            return 0;
        }
    }

    /// <summary>What a queue holds, oldest first, at most 1,000. It stays there: what is not acknowledged goes back when the channel closes.</summary>
    public async Task<IReadOnlyList<DeadLetter>> ReadAsync(string queue, CancellationToken ct)
    {
        var letters = new List<DeadLetter>();
        var count = Math.Min(await CountAsync(queue, ct), MostRead);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        while (letters.Count < count && await channel.BasicGetAsync(queue, autoAck: false, ct) is { } message)
        {
            letters.Add(DeadLetter.From(message));
        }

        return letters;
    }

    /// <summary>
    /// Sends a queue's messages, or one of them, back to where they came from, under their old ids, and tells how many. A message leaves only
    /// once the broker has confirmed its successor: who dies in between doubles it, and consumers do nothing twice.
    /// </summary>
    /// <exception cref="PublishException">The queue that it came from is not there.</exception>
    public async Task<int> RetryAsync(string queue, string? id, CancellationToken ct)
    {
        var retried = 0;
        // What fails again meanwhile comes in behind and is left to the next call.
        var count = await CountAsync(queue, ct);
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, ct);
        for (var seen = 0; seen < count && await channel.BasicGetAsync(queue, autoAck: false, ct) is { } message; seen++)
        {
            if (id is not null && message.BasicProperties.MessageId != id)
            {
                continue;
            }

            await PublishAsync(channel, queue[..queue.LastIndexOf('_')], message, ct);
            CrashPoints.Reached(CrashPoints.DeadLetterPublished);
            await channel.BasicAckAsync(message.DeliveryTag, multiple: false, ct);
            retried++;

            if (id is not null)
            {
                break;
            }
        }

        return retried;
    }

    private static async Task PublishAsync(IChannel channel, string queue, BasicGetResult message, CancellationToken ct)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(ct);
        timeout.CancelAfter(TimeSpan.FromSeconds(10));
        var properties = new BasicProperties(message.BasicProperties)
        {
            Headers = message.BasicProperties.Headers?.Where(header => !DeadLetter.IsOfDelivery(header.Key)).ToDictionary(),
            Persistent = true,
        };
        await channel.BasicPublishAsync("", queue, mandatory: true, properties, message.Body, timeout.Token);
    }
}
