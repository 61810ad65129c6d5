using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Secrets;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>Creates and runs a service, alone or inside another process.</summary>
public static class ServiceHost
{
    private static readonly Dictionary<string, string?> QuietLogs = new()
    {
        ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
        // Every service has it with its authentication; only Auth uses it, and keeps its keys.
        ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
        ["Logging:LogLevel:System.Net.Http"] = "Warning",
        ["Logging:LogLevel:MassTransit"] = "Warning",
        ["Logging:LogLevel:Polly"] = "None",
        ["Logging:LogLevel:Quartz"] = "Warning",
        ["Logging:LogLevel:Yarp"] = "Warning",
    };

    /// <summary>A builder with everything that all services wire alike, before the service's own registrations.</summary>
    /// <param name="identity">The service's name, port and title.</param>
    /// <param name="args">Command line; configuration such as <c>--ConnectionStrings:Mongo=...</c>.</param>
    /// <param name="configure">Runs first: what a host or a test overrides (configuration, clock, bus).</param>
    public static WebApplicationBuilder CreateBuilder(ServiceIdentity identity, string[] args, Action<WebApplicationBuilder>? configure = null) =>
        CreateEdgeBuilder(identity, args, configure).AddServiceDefaults(identity);

    /// <summary>As <see cref="CreateBuilder"/>, without tokens, rate limits and OpenAPI: what the Gateway needs too.</summary>
    /// <param name="identity">The service's name, port and title.</param>
    /// <param name="args">Command line; configuration such as <c>--Services:Auth=...</c>.</param>
    /// <param name="configure">Runs first: what a host or a test overrides (configuration, clock).</param>
    public static WebApplicationBuilder CreateEdgeBuilder(ServiceIdentity identity, string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { Args = ParkedEventsCommand.ConfigurationOf(args), ApplicationName = identity.Assembly });

        // Quiet frameworks, unless Logging:LogLevel says otherwise; sources added first weigh least.
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = QuietLogs });
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true);
        // The hosting log prints whole URLs, and a hub's holds an access token, a mail's link a token that undoes a change.
        builder.Logging.AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.Warning);
        if (!HasAddress(builder.Configuration))
        {
            builder.WebHost.UseUrls($"http://localhost:{identity.Port}");
        }

        configure?.Invoke(builder);
        RefuseUnknown(builder.Environment);
        builder.Configuration.AddSecretFiles(builder.Environment);
        if (builder.Environment.IsProduction())
        {
            SecretRules.Check(builder.Configuration);
        }

        CrashPoints.Check(builder.Environment.IsProduction());
        Sabotage.Check(builder.Environment.IsProduction());

        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(identity);
        return builder.AddEdgeDefaults();
    }

    /// <summary>Runs a service until it is told to stop. What keeps it from starting becomes one line on standard error.</summary>
    /// <param name="build">Builds the application.</param>
    /// <returns>The process's exit code: 0, or 1 when it could not start.</returns>
    public static async Task<int> RunAsync(Func<WebApplication> build)
    {
        try
        {
            var args = Environment.GetCommandLineArgs()[1..];

            if (await OperatorSwitches.RunAsync(args) is { } done)
            {
                return done;
            }

            if (ParkedEventsCommand.Concerns(args))
            {
                return await ParkedEventsCommand.RunAsync(args, build, Console.Out, Console.Error, CancellationToken.None);
            }

            using var abrupt = Sabotage.Is(Sabotage.ShutdownAbrupt)
                ? PosixSignalRegistration.Create(PosixSignal.SIGTERM, _ => Process.GetCurrentProcess().Kill())
                : null;
            await using var app = build();
            Ports.EnsureFree(PortsOf(app.Configuration));
            await app.RunAsync();
            return 0;
        }
        catch (Exception e) when (StartFailure(e) is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }
    }

    /// <summary>One line for a person when an exception means that this machine or its configuration keeps a process from starting; otherwise null.</summary>
    /// <param name="exception">What start-up threw.</param>
    public static string? StartFailure(Exception exception) => exception switch
    {
        OptionsValidationException invalid => "Configuration: " + string.Join(" ", invalid.Failures),
        StartupException refused => refused.Message,
        // A setting that is no number, time or word of its list. The library's message names its key.
        InvalidOperationException unreadable
            when unreadable.Message.StartsWith("Failed to convert configuration value", StringComparison.Ordinal) => "Configuration: " + unreadable.Message,
        IOException { InnerException: AddressInUseException } taken => taken.Message,
        _ => null,
    };

    // Whatever is not Production starts without its secrets and makes its own keys: a slip of the pen must not be taken for a choice.
    private static void RefuseUnknown(IHostEnvironment environment)
    {
        if (!environment.IsDevelopment() && !environment.IsStaging() && !environment.IsProduction())
        {
            throw new StartupException($"ASPNETCORE_ENVIRONMENT must be Development, Staging or Production, not '{environment.EnvironmentName}'.");
        }
    }

    // Kestrel would log pages about a taken port before it gives up.
    private static IEnumerable<int> PortsOf(IConfiguration configuration)
    {
        var urls = (configuration[WebHostDefaults.ServerUrlsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(url => BindingAddress.Parse(url).Port);
        var ports = (configuration[WebHostDefaults.HttpPortsKey] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries)
            .Select(port => int.Parse(port, CultureInfo.InvariantCulture));
        return urls.Concat(ports).Where(port => port > 0);
    }

    private static bool HasAddress(ConfigurationManager configuration) =>
        configuration[WebHostDefaults.ServerUrlsKey] is { Length: > 0 }
        || configuration[WebHostDefaults.HttpPortsKey] is { Length: > 0 }
        || configuration.GetSection("Kestrel:Endpoints").Exists();
}
