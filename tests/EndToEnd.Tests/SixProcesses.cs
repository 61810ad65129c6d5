using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>The Gateway and the five services as processes of their own, over a broker and one store, started in an order of chance.</summary>
internal sealed class SixProcesses : IAsyncDisposable
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

    private readonly List<ProgramProcess> _processes = [];

    private SixProcesses(int portBase) => PortBase = portBase;

    public int PortBase { get; }

    public Mailbox Mailbox => new($"http://localhost:{Entrance.PortOf(PortBase, "jobs")}");

    /// <summary>Starts them and waits until all are ready.</summary>
    /// <param name="brokerOf">How a service, by its name, connects to the broker.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<SixProcesses> StartAsync(Func<string, string> brokerOf, CancellationToken ct)
    {
        var six = new SixProcesses(FreePorts.Next(7));
        try
        {
            six.Start(brokerOf);
            await Task.WhenAll(six._processes.Select(process => process.ReadyAsync(ct)));
            return six;
        }
        catch
        {
            await six.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }

    private void Start(Func<string, string> brokerOf)
    {
        var mongoPort = PortBase + 6;
        var folder = TemporaryFolder.Create("visuels-six-");
        var environment = new Dictionary<string, string?>(Unhurried.Environment)
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__Mongo"] = Unhurried.Store($"mongodb://127.0.0.1:{mongoPort}/?directConnection=true"),
            ["PublicUrl"] = $"http://localhost:{PortBase}",
            ["Keys__Folder"] = Path.Combine(folder, "keys"),
            ["Images__Folder"] = Path.Combine(folder, "images"),
        };
        foreach (var (name, _) in Programs.Where(program => program.Name != "gateway"))
        {
            environment[$"Services__{name}"] = $"http://localhost:{Entrance.PortOf(PortBase, name)}";
        }

        // The services come up in an order of chance, and the store comes last.
        var order = Programs.ToArray();
        Random.Shared.Shuffle(order);
        TestContext.Current.SendDiagnosticMessage("Order: " + string.Join(", ", order.Select(program => program.Name)));
        foreach (var (name, assembly) in order)
        {
            var own = new Dictionary<string, string?>(environment)
            {
                ["ASPNETCORE_URLS"] = $"http://localhost:{(name == "gateway" ? PortBase : Entrance.PortOf(PortBase, name))}",
            };
            if (name != "gateway")
            {
                own["ConnectionStrings__RabbitMq"] = brokerOf(name);
            }

            _processes.Add(ProgramProcess.Start(assembly, [], own));
        }

        _processes.Add(ProgramProcess.Start("Visuels.EmbeddedMongo.dll", ["--port", $"{mongoPort}", "--data", Path.Combine(folder, "mongo")], readyLine: $"{mongoPort}"));
    }
}
