namespace Visuels.EndToEnd.Tests;

public sealed class AllInOneTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Artists_and_users_trade_in_one_process_with_nothing_installed()
    {
        await using var all = await AllInOneProcess.StartAsync(Ct, null, "--ephemeral");
        Assert.Contains("EmbeddedMongo", all.Output, StringComparison.Ordinal);
        Assert.Contains("bus       in memory", all.Output, StringComparison.Ordinal);

        await TradeFlow.RunAsync(Entrance.Storefront(all.PortBase), all.Mailbox, all.Hub, Ct);
        await TradeFlow.RunAsync(Entrance.Prefixed(all.PortBase), all.Mailbox, all.Hub, Ct);
        await TradeFlow.RunAsync(Entrance.OwnPorts(all.PortBase), all.Mailbox, $"http://localhost:{Entrance.PortOf(all.PortBase, "chat")}/hub", Ct);

        Assert.Equal(0, await all.TerminateAsync(Ct));
    }

    [Fact]
    public async Task The_demo_can_be_seen_at_once()
    {
        await using var all = await AllInOneProcess.StartAsync(Ct, null, "--ephemeral");
        using var http = new HttpClient();

        var landing = await http.GetStringAsync($"http://localhost:{all.PortBase}/", Ct);
        var products = await http.GetStringAsync($"http://localhost:{all.PortBase}/products", Ct);

        Assert.Contains("/swagger", landing, StringComparison.Ordinal);
        Assert.Contains("/dev/mailbox", landing, StringComparison.Ordinal);
        Assert.Contains("ARTIST", landing, StringComparison.Ordinal);
        Assert.Contains("\"total\":6", products, StringComparison.Ordinal);
        Assert.Contains("\"total\":3", await http.GetStringAsync($"http://localhost:{all.PortBase}/products?artist=mara", Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_service_describes_itself_under_its_own_name()
    {
        await using var all = await AllInOneProcess.StartAsync(Ct, null, "--ephemeral");
        using var http = new HttpClient();

        foreach (var service in new[] { "Auth", "Product", "Order", "Chat", "Jobs" })
        {
            var port = Entrance.PortOf(all.PortBase, service.ToLowerInvariant());
            var document = await http.GetStringAsync($"http://localhost:{port}/swagger/v1/swagger.json", Ct);
            Assert.Contains($"\"title\": \"Visuels {service}\"", document, StringComparison.Ordinal);
        }
    }
}
