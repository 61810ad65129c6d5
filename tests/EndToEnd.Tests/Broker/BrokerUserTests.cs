using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Broker;

/// <summary>What the broker lets each service's user do, and what not. The tests share one broker, each with messages of its own.</summary>
[Proves(Requirement.BrokerUsers)]
public sealed class BrokerUserTests(DeployedBroker broker) : IClassFixture<DeployedBroker>
{
    private static readonly string[] Users = [.. TokenRules.Services, "operator"];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void The_file_of_permissions_is_what_the_table_of_events_asks_for()
    {
        var wanted = Path.Combine(AppContext.BaseDirectory, "permissions.json");
        File.WriteAllText(wanted, BrokerPermissions.File());

        Assert.True(NewEnvironment.Delivered("permissions.json") == BrokerPermissions.File(), $"deploy/rabbitmq/permissions.json is not up to date: copy {wanted} there.");
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task An_event_is_published_by_its_own_service_only_and_reaches_each_of_its_readers()
    {
        await DeclareAllAsync();

        foreach (var user in Users)
        {
            await using var connection = await broker.ConnectAsync(user, Ct);
            foreach (var (type, publisher) in EventRoutes.Publishers)
            {
                var answer = await AskAsync(connection, channel => PublishAsync(channel, BrokerPermissions.Exchange(type), "", $"{type.Name} of {user}"));
                Assert.True(answer == (user == publisher ? 0 : Constants.AccessRefused), $"{user} publishing {type.Name}: {answer}");
            }
        }

        foreach (var (type, queues) in EventRoutes.Queues)
        {
            foreach (var queue in queues)
            {
                Assert.Equal([$"{type.Name} of {EventRoutes.Publishers[type]}"], await DrainAsync(queue));
            }
        }
    }

    [Fact]
    public async Task A_queue_is_read_and_emptied_by_its_own_service_only()
    {
        await DeclareAllAsync();
        string[] queues = [.. AllQueues, .. TokenRules.Services.Select(service => $"{service}-revocation-{Guid.NewGuid():N}")];
        foreach (var queue in queues[AllQueues.Length..])
        {
            await using var connection = await broker.ConnectAsync(OwnerOf(queue), Ct);
            await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
            await channel.QueueDeclareAsync(queue, durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
        }

        foreach (var user in Users)
        {
            await using var connection = await broker.ConnectAsync(user, Ct);
            foreach (var queue in queues)
            {
                var expected = BrokerPermissions.IsOf(user, queue) ? 0 : Constants.AccessRefused;
                Assert.Equal((user, queue, expected), (user, queue, await AskAsync(connection, channel => channel.BasicGetAsync(queue, autoAck: true, Ct))));
                Assert.Equal((user, queue, expected), (user, queue, await AskAsync(connection, channel => channel.QueuePurgeAsync(queue, Ct))));
                if (expected != 0)
                {
                    Assert.Equal(expected, await AskAsync(connection, channel => channel.BasicConsumeAsync(queue, autoAck: true, new AsyncDefaultBasicConsumer(channel), Ct)));
                }
            }
        }
    }

    /// <summary>What would come to the same as publishing or reading.</summary>
    [Fact]
    public async Task There_is_no_way_round_by_exchanges_and_bindings()
    {
        await DeclareAllAsync();

        foreach (var user in TokenRules.Services)
        {
            await using var connection = await broker.ConnectAsync(user, Ct);
            await using (var channel = await connection.CreateChannelAsync(cancellationToken: Ct))
            {
                await channel.QueueDeclareAsync($"{user}-mine", durable: true, exclusive: false, autoDelete: false, cancellationToken: Ct);
                await channel.ExchangeDeclareAsync($"{user}-mine", ExchangeType.Fanout, durable: true, cancellationToken: Ct);
            }

            foreach (var queue in AllQueues)
            {
                // Straight into a queue, be it one's own.
                await RefusedAsync(connection, $"{user} to {queue}", channel => PublishAsync(channel, "", queue, "forged"));
            }

            foreach (var queue in AllQueues.Where(queue => !BrokerPermissions.IsOf(user, queue)))
            {
                // What its publisher may do, for it declares the queue; and that publishes nothing but its own event there.
                var reads = EventRoutes.Queues.Single(route => route.Value.Contains(queue)).Key;
                if (EventRoutes.Publishers[reads] != user)
                {
                    await RefusedAsync(connection, $"{user} to exchange {queue}", channel => PublishAsync(channel, queue, "", "forged"));
                    await RefusedAsync(connection, $"{user} filling {queue}", channel => channel.QueueBindAsync(queue, $"{user}-mine", "", cancellationToken: Ct));
                    await RefusedAsync(connection, $"{user} deleting {queue}", channel => channel.QueueDeleteAsync(queue, ifUnused: false, ifEmpty: false, cancellationToken: Ct));
                }

                await RefusedAsync(connection, $"{user} and the dead of {queue}", channel => PublishAsync(channel, $"{queue}_error", "", "forged"));
            }

            foreach (var type in EventRoutes.Queues.Keys)
            {
                var exchange = BrokerPermissions.Exchange(type);
                if (EventRoutes.Publishers[type] != user)
                {
                    await RefusedAsync(connection, $"{user} filling {type.Name}", channel => channel.ExchangeBindAsync(exchange, $"{user}-mine", "", cancellationToken: Ct));
                    if (!BrokerPermissions.Reads(user, type))
                    {
                        await RefusedAsync(connection, $"{user} listening to {type.Name}", channel => channel.QueueBindAsync($"{user}-mine", exchange, "", cancellationToken: Ct));
                        await RefusedAsync(connection, $"{user} deleting {type.Name}", channel => channel.ExchangeDeleteAsync(exchange, cancellationToken: Ct));
                    }
                }
            }
        }
    }

    [Fact]
    public async Task There_is_no_guest_and_no_administrator()
    {
        var users = await broker.Node.ListAsync("users", Ct, []);

        Assert.Equal(Users.Select(user => $"{user}\t[]").Order(), users.Order());
        var refused = await Assert.ThrowsAsync<BrokerUnreachableException>(
            () => new ConnectionFactory { Uri = new Uri(broker.Node.ConnectionStringOf("guest:guest")) }.CreateConnectionAsync(Ct));
        Assert.IsType<AuthenticationFailureException>(refused.InnerException);
    }

    private static string[] AllQueues { get; } = [.. EventRoutes.Queues.Values.SelectMany(queues => queues)];

    private static string OwnerOf(string queue) => TokenRules.Services.Single(service => BrokerPermissions.IsOf(service, queue));

    /// <summary>As the services do at their start: each publisher what it needs of its readers, each reader an exchange before its queue.</summary>
    private async Task DeclareAllAsync()
    {
        foreach (var (type, publisher) in EventRoutes.Publishers)
        {
            await using var readers = new ReaderQueues(
                Options.Create(new MessagingOptions { RabbitMq = broker.ConnectionStringOf(publisher) }), NullLogger<ReaderQueues>.Instance);
            await readers.DeclareAsync(type, Ct);
            foreach (var user in EventRoutes.Queues[type].Select(OwnerOf).Append(publisher))
            {
                await using var connection = await broker.ConnectAsync(user, Ct);
                await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
                await channel.ExchangeDeclareAsync(BrokerPermissions.Exchange(type), ExchangeType.Fanout, durable: true, cancellationToken: Ct);
                foreach (var queue in EventRoutes.Queues[type].Where(queue => BrokerPermissions.IsOf(user, queue)))
                {
                    await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: Ct);
                    await channel.ExchangeDeclareAsync($"{queue}_error", ExchangeType.Fanout, durable: true, cancellationToken: Ct);
                    await channel.ExchangeBindAsync(queue, BrokerPermissions.Exchange(type), "", cancellationToken: Ct);
                    await channel.QueuePurgeAsync(queue, Ct);
                }
            }
        }
    }

    private async Task<IReadOnlyList<string>> DrainAsync(string queue)
    {
        var found = new List<string>();
        await using var connection = await broker.ConnectAsync(OwnerOf(queue), Ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        while (await channel.BasicGetAsync(queue, autoAck: true, Ct) is { } message)
        {
            found.Add(message.BasicProperties.MessageId!);
        }

        return found;
    }

    private static Task PublishAsync(IChannel channel, string exchange, string key, string id) =>
        channel.BasicPublishAsync(exchange, key, mandatory: false, new BasicProperties { MessageId = id }, default, Ct).AsTask();

    private static async Task RefusedAsync(IConnection connection, string what, Func<IChannel, Task> act) =>
        Assert.Equal((what, (int)Constants.AccessRefused), (what, await AskAsync(connection, act)));

    /// <returns>0, or the code with which the broker closed the channel.</returns>
    private static async Task<int> AskAsync(IConnection connection, Func<IChannel, Task> act)
    {
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        await using var channel = await connection.CreateChannelAsync(confirmed, Ct);
        try
        {
            await act(channel);
            return 0;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason is { } reason)
        {
            return reason.ReplyCode;
        }
    }
}
