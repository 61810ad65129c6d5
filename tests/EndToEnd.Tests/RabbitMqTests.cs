using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>One after the other: two marketplaces on one broker would read each other's queues.</summary>
public sealed class RabbitMqTests
{
    private static readonly (string Name, string Assembly)[] Programs =
    [
        ("auth", "Visuels.Auth.dll"),
        ("product", "Visuels.Products.dll"),
        ("order", "Visuels.Orders.dll"),
        ("chat", "Visuels.Chat.dll"),
        ("jobs", "Visuels.Jobs.dll"),
        ("gateway", "Visuels.Gateway.dll"),
    ];

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

        var ports = FreePorts.Next(7);
        var mongoPort = ports + 6;
        var folder = TemporaryFolder.Create("visuels-six-");
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__Mongo"] = $"mongodb://127.0.0.1:{mongoPort}/?directConnection=true",
            ["ConnectionStrings__RabbitMq"] = rabbit,
            ["PublicUrl"] = $"http://localhost:{ports}",
            ["Keys__Folder"] = Path.Combine(folder, "keys"),
            ["Images__Folder"] = Path.Combine(folder, "images"),
        };
        foreach (var (name, _) in Programs.Where(program => program.Name != "gateway"))
        {
            environment[$"Services__{name}"] = $"http://localhost:{Entrance.PortOf(ports, name)}";
        }

        var processes = new List<ProgramProcess>();
        try
        {
            // The services come up in an order of chance, and the store comes last.
            var order = Programs.ToArray();
            Random.Shared.Shuffle(order);
            TestContext.Current.SendDiagnosticMessage("Order: " + string.Join(", ", order.Select(program => program.Name)));
            foreach (var (name, assembly) in order)
            {
                var port = name == "gateway" ? ports : Entrance.PortOf(ports, name);
                processes.Add(ProgramProcess.Start(assembly, [], new Dictionary<string, string?>(environment) { ["ASPNETCORE_URLS"] = $"http://localhost:{port}" }));
            }

            processes.Add(ProgramProcess.Start("Visuels.EmbeddedMongo.dll", ["--port", $"{mongoPort}", "--data", Path.Combine(folder, "mongo")], readyLine: $"{mongoPort}"));
            await Task.WhenAll(processes.Select(process => process.ReadyAsync(Ct)));

            var mailbox = new Mailbox($"http://localhost:{Entrance.PortOf(ports, "jobs")}");
            await TradeFlow.RunAsync(Entrance.Storefront(ports), mailbox, $"http://localhost:{ports}/hub", Ct);
            await TradeFlow.RunAsync(Entrance.OwnPorts(ports), mailbox, $"http://localhost:{Entrance.PortOf(ports, "chat")}/hub", Ct);

            await RabbitQueues.AssertAllReadAsync(rabbit!, Ct);
        }
        finally
        {
            foreach (var process in processes)
            {
                await process.DisposeAsync();
            }
        }
    }
}
