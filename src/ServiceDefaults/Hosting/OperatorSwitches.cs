using System.Globalization;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>What every program of ours can do besides serving: <c>--health</c> for container health checks, <c>--make-keys</c> before the first start.</summary>
internal static class OperatorSwitches
{
    /// <summary>Carries out a switch that stands alone on the command line.</summary>
    /// <returns>The exit code, or null when there is no such switch and the program is to serve.</returns>
    public static async Task<int?> RunAsync(IReadOnlyList<string> args) => args switch
    {
        ["--health"] => await HealthAsync(),
        ["--make-keys"] => MakeKeys(),
        _ => null,
    };

    // An image without a shell or curl can still ask itself.
    private static async Task<int> HealthAsync()
    {
        var port = Environment.GetEnvironmentVariable("ASPNETCORE_HTTP_PORTS")?.Split(';')[0];
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(4) };
        try
        {
            using var answer = await http.GetAsync(new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/health/ready")));
            return answer.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception e) when (e is HttpRequestException or OperationCanceledException or UriFormatException)
        {
            return 1;
        }
    }

    private static int MakeKeys()
    {
        var options = new KeyOptions();
        options.Folder = Environment.GetEnvironmentVariable("Keys__Folder") ?? options.Folder;
        var folder = new KeyFolder(Options.Create(options), new HostingEnvironment { EnvironmentName = "KeyMaking" });
        folder.MakeMissing();
        Console.WriteLine($"Keys are in {Path.GetFullPath(options.Folder)}.");

        if (Environment.GetEnvironmentVariable("Keys__Shares") is { Length: > 0 } shares)
        {
            KeyShares.Write(options.Folder, shares);
            Console.WriteLine($"The services' own are in {Path.GetFullPath(shares)}.");
        }

        return 0;
    }
}
