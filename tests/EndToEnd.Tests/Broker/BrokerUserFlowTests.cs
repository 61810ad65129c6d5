using System.Text;
using RabbitMQ.Client;
using Visuels.Contracts;
using Visuels.Contracts.Accounts;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Broker;

/// <summary>The services have all that they need of the broker, each with its own user.</summary>
[Proves(Requirement.BrokerUsers)]
public sealed class BrokerUserFlowTests(DeployedBroker broker) : IClassFixture<DeployedBroker>
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Six_processes_trade_each_with_a_broker_user_of_its_own_and_the_operator_sees_what_was_given_up()
    {
        _ = broker.Node;
        await using (var six = await SixProcesses.StartAsync(broker.ConnectionStringOf, Ct))
        {
            await TradeFlow.RunAsync(Entrance.Storefront(six.PortBase), six.Mailbox, $"http://localhost:{six.PortBase}/hub", Ct);

            await Eventually.Until(AllReadAsync, "every queue has its reader, and each service one of its own", Patience);

            await PublishNonsenseAsync();
            await Eventually.Until(
                async () => (await RunAsync("operator", "list")).Output.EndsWith("4 in all", StringComparison.Ordinal), "all readers gave it up", Patience);
        }

        Assert.Equal((0, "1 sent back"), await RunAsync("operator", "retry", "jobs-user-registered", "--all"));
        Assert.False(await HasRefusedAsync());

        Assert.All(
            new[] { await RunAsync("jobs", "show", "order-user-registered"), await RunAsync("jobs", "retry", "order-user-registered", "--all") },
            refused => Assert.Equal((1, true), (refused.ExitCode, refused.Output.StartsWith("The user of ConnectionStrings:RabbitMq may not do this", StringComparison.Ordinal))));
        await Eventually.Until(HasRefusedAsync, "the broker tells what it refuses");
    }

    private async Task PublishNonsenseAsync()
    {
        await using var connection = await broker.ConnectAsync("auth", Ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: Ct);
        await channel.BasicPublishAsync(
            BrokerPermissions.Exchange(typeof(UserRegistered)), "", mandatory: true,
            new BasicProperties { ContentType = "application/vnd.masstransit+json", Persistent = true }, Encoding.UTF8.GetBytes("[17"), Ct);
    }

    private async Task<bool> AllReadAsync()
    {
        var read = await broker.Node.ListAsync("queues", Ct, "name", "type", "consumers");
        return EventRoutes.Queues.Values.SelectMany(queues => queues).All(queue => read.Contains($"{queue}\tquorum\t1"))
            && read.Count(line => line.Contains("-revocation-", StringComparison.Ordinal)) == 5;
    }

    /// <summary>Whether its log tells of anybody who asked for more than is allowed.</summary>
    private async Task<bool> HasRefusedAsync()
    {
        var logs = await Task.WhenAll(Directory.GetFiles(broker.Node.LogFolder).Select(file => File.ReadAllTextAsync(file, Ct)));
        return logs.Any(log => log.Contains("channel exception access_refused", StringComparison.Ordinal));
    }

    private Task<(int ExitCode, string Output)> RunAsync(string user, params string[] args) => ProgramProcess.RunAsync(
        "Visuels.Jobs.dll",
        ["dead-letters", .. args],
        Ct,
        new Dictionary<string, string?> { ["ASPNETCORE_ENVIRONMENT"] = "Production", ["ConnectionStrings__RabbitMq"] = broker.ConnectionStringOf(user) });
}
