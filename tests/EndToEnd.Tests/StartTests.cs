using System.Net;
using System.Net.Sockets;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

public sealed class StartTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("--ephemral")]
    [InlineData("--seed=many")]
    [InlineData("--port-base=70000")]
    [InlineData("stray")]
    [InlineData("--data")]
    [InlineData("--data=")]
    [InlineData("--mongo-port=4003")]
    public async Task An_argument_that_means_nothing_is_refused_in_one_line(string argument)
    {
        var (exitCode, output) = await ProgramProcess.RunAsync(AllInOneProcess.Assembly, [argument], Ct);

        Assert.Equal(1, exitCode);
        Assert.Contains(argument.Split('=')[0], Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ConnectionStrings:Mongo")]
    [InlineData("ConnectionStrings:RabbitMq")]
    [InlineData("Smtp:Port")]
    [InlineData("Cookies:SameSite")]
    [InlineData("Proxies:KnownNetworks")]
    public async Task A_setting_that_cannot_be_read_is_named_in_one_line(string setting)
    {
        var (exitCode, output) = await ProgramProcess.RunAsync(
            AllInOneProcess.Assembly, ["--ephemeral", "--port-base", $"{FreePorts.Next(6)}", $"--{setting}=nonsense"], Ct);

        Assert.Equal(1, exitCode);
        Assert.Contains(setting, Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_port_that_is_taken_is_named_in_one_line()
    {
        var ports = FreePorts.Next(6);
        using var taken = new TcpListener(IPAddress.Loopback, ports + 3);
        taken.Start();

        var (exitCode, output) = await ProgramProcess.RunAsync(AllInOneProcess.Assembly, ["--ephemeral", "--port-base", $"{ports}"], Ct);

        Assert.Equal(1, exitCode);
        Assert.Contains($"{ports + 3}", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_data_folder_that_cannot_be_written_is_named_in_one_line()
    {
        // A file where the folder should be: not even root can write into it.
        var file = Path.GetTempFileName();

        var (exitCode, output) = await ProgramProcess.RunAsync(AllInOneProcess.Assembly, ["--data", Path.Combine(file, "data")], Ct);

        Assert.Equal(1, exitCode);
        Assert.Contains(file, Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Visuels.Orders.dll")]
    [InlineData("Visuels.Gateway.dll")]
    public async Task A_service_whose_port_is_taken_says_so_in_one_line(string assembly)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (exitCode, output) = await ProgramProcess.RunAsync(
            assembly, ["--environment=Production", $"--urls=http://127.0.0.1:{port}"], Ct);

        Assert.Equal(1, exitCode);
        Assert.NotEmpty(output);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Visuels.Auth.dll")]
    [InlineData("Visuels.Products.dll")]
    [InlineData("Visuels.Orders.dll")]
    [InlineData("Visuels.Chat.dll")]
    [InlineData("Visuels.Jobs.dll")]
    [InlineData("Visuels.Gateway.dll")]
    [InlineData("Visuels.AllInOne.dll")]
    public async Task Faults_are_refused_in_Production_and_unknown_ones_everywhere(string assembly)
    {
        var runs = await Task.WhenAll(
            RunAsync(assembly, "Production", "VISUELS_CRASH_AT", "relay.leased"),
            RunAsync(assembly, "Production", "VISUELS_SABOTAGE", "confirms-off"),
            RunAsync(assembly, "Development", "VISUELS_CRASH_AT", "relay.unheard-of"),
            RunAsync(assembly, "Development", "VISUELS_SABOTAGE", "confirms-off,unheard-of"));

        Assert.All(runs, run => Assert.Equal(1, run.ExitCode));
        Assert.All(runs[..2], run => Assert.Contains("must not be set in Production", Assert.Single(run.Output.Split('\n')), StringComparison.Ordinal));
        Assert.All(runs[2..], run => Assert.Contains("unheard-of'", Assert.Single(run.Output.Split('\n')), StringComparison.Ordinal));
    }

    private static Task<(int ExitCode, string Output)> RunAsync(string assembly, string environment, string variable, string value) =>
        ProgramProcess.RunAsync(
            assembly,
            assembly == AllInOneProcess.Assembly ? ["--port-base", $"{FreePorts.Next(6)}"] : [],
            Ct,
            new Dictionary<string, string?> { ["ASPNETCORE_ENVIRONMENT"] = environment, [variable] = value });
}
