using RabbitMQ.Client;
using Visuels.Contracts;

namespace Visuels.EndToEnd.Tests;

/// <summary>Looks into the broker that a test's services used.</summary>
internal static class RabbitQueues
{
    /// <summary>Every queue of the table is there, is a quorum queue and has a reader.</summary>
    public static async Task AssertAllReadAsync(string connectionString, CancellationToken ct)
    {
        await using var connection = await new ConnectionFactory { Uri = new Uri(connectionString) }.CreateConnectionAsync(ct);
        var arguments = new Dictionary<string, object?> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = 1_000_000 };
        foreach (var queue in EventRoutes.Queues.Values.SelectMany(queues => queues))
        {
            await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
            var declared = await channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, arguments, cancellationToken: ct);
            Assert.True(declared.ConsumerCount > 0, $"nobody reads {queue}");
        }
    }
}
