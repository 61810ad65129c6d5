using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>One after the other: two marketplaces on one broker would read each other's queues.</summary>
public sealed class RabbitMqTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_marketplace_of_one_process_works_over_a_real_RabbitMQ()
    {
        var rabbit = await RabbitMqBroker.ConnectionStringAsync();
        Assert.SkipWhen(rabbit is null, RabbitMqBroker.Missing);

        await using var all = await AllInOneProcess.StartAsync(Ct, null, "--ephemeral", $"--ConnectionStrings:RabbitMq={rabbit}");
        Assert.Contains("RabbitMQ", all.Output, StringComparison.Ordinal);

        await TradeFlow.RunAsync(Entrance.Storefront(all.PortBase), all.Mailbox, all.Hub, Ct);

        await RabbitQueues.AssertAllReadAsync(rabbit!, Ct);
    }

    [Fact]
    public async Task Six_processes_started_in_any_order_trade_over_RabbitMQ_and_one_store()
    {
        var rabbit = await RabbitMqBroker.ConnectionStringAsync();
        Assert.SkipWhen(rabbit is null, RabbitMqBroker.Missing);

        await using var six = await SixProcesses.StartAsync(_ => rabbit!, Ct);
        await TradeFlow.RunAsync(Entrance.Storefront(six.PortBase), six.Mailbox, $"http://localhost:{six.PortBase}/hub", Ct);
        await TradeFlow.RunAsync(Entrance.OwnPorts(six.PortBase), six.Mailbox, $"http://localhost:{Entrance.PortOf(six.PortBase, "chat")}/hub", Ct);

        await RabbitQueues.AssertAllReadAsync(rabbit!, Ct);
    }
}
