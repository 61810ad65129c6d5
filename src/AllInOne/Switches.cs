using System.Globalization;
using Microsoft.Extensions.Configuration;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.AllInOne;

/// <summary>
/// AllInOne's own switches, taken out before configuration sees the rest: to configuration, a bare <c>--ephemeral</c> would swallow
/// the argument after it. What is neither a switch nor a configuration key is refused.
/// </summary>
internal sealed record Switches
{
    private const int PortsUsed = 6;

    // Keys without a colon that configuration knows.
    private static readonly string[] RootKeys = ["environment", "PublicUrl", "FrontendUrl"];

    public string DataFolder { get; private init; } = "data";

    public bool Ephemeral { get; private init; }

    /// <summary>Artworks in the demo of an empty data folder.</summary>
    public int Seed { get; private init; } = 24;

    /// <summary>The Gateway's port; the services follow.</summary>
    public int PortBase { get; private init; } = 4000;

    /// <summary>EmbeddedMongo's port; 0 is a free one.</summary>
    public int MongoPort { get; private init; }

    /// <summary>Everything else, for configuration.</summary>
    public IReadOnlyList<string> Configuration { get; private init; } = [];

    /// <summary>All ports that are listened on, as far as they are known beforehand.</summary>
    public IEnumerable<int> Ports => Enumerable.Range(PortBase, PortsUsed).Append(MongoPort);

    public static Switches Parse(IReadOnlyList<string> args)
    {
        var switches = new Switches();
        var configuration = new List<string>();
        for (var i = 0; i < args.Count; i++)
        {
            var (name, value) = args[i].Split('=', 2) is [var key, var inline] ? (key, inline) : (args[i], null);
            string Value() => value ?? (++i < args.Count ? args[i] : throw new StartupException($"{name} needs a value."));
            switch (name)
            {
                case "--ephemeral" when value is null:
                    switches = switches with { Ephemeral = true };
                    break;
                case "--data":
                    switches = switches with { DataFolder = Value() is { Length: > 0 } folder ? folder : throw new StartupException($"{name} needs a value.") };
                    break;
                case "--seed":
                    switches = switches with { Seed = Number(name, Value(), 0, 1_000_000) };
                    break;
                case "--port-base":
                    switches = switches with { PortBase = Number(name, Value(), 1, 65_536 - PortsUsed) };
                    break;
                case "--mongo-port":
                    switches = switches with { MongoPort = Number(name, Value(), 1, 65_535) };
                    break;
                default:
                    configuration.Add(IsConfiguration(name) ? $"{name}={Value()}" : throw Unknown(args[i]));
                    break;
            }
        }

        return switches.MongoPort - switches.PortBase is >= 0 and < PortsUsed
            ? throw new StartupException($"--mongo-port {switches.MongoPort} is one of the {PortsUsed} ports from --port-base {switches.PortBase} on.")
            : switches with { Configuration = configuration };
    }

    /// <summary>What the arguments and the environment configure, for decisions that are made before any service exists.</summary>
    public IConfigurationRoot Read() =>
        new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine([.. Configuration]).Build();

    private static bool IsConfiguration(string name) =>
        name.StartsWith("--", StringComparison.Ordinal)
        && name.Length > 2
        && (name.Contains(':', StringComparison.Ordinal) || RootKeys.Contains(name[2..], StringComparer.OrdinalIgnoreCase));

    private static int Number(string name, string text, int least, int most) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw new StartupException($"{name} must be a number from {least} to {most}.");

    private static StartupException Unknown(string argument) => new(
        $"Unknown argument '{argument}'. Known: --data DIR, --ephemeral, --seed N, --port-base N, --mongo-port N, and configuration such as --ConnectionStrings:RabbitMq=amqp://...");
}
