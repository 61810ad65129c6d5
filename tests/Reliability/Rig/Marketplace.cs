using Visuels.Testing;

namespace Visuels.Reliability.Rig;

/// <summary>
/// The whole marketplace as real processes on one machine: five services (and the Gateway, for who starts it), EmbeddedMongo, RabbitMQ and
/// an SMTP server, all on ports and folders of their own.
/// </summary>
internal sealed class Marketplace : IAsyncDisposable
{
    private static readonly (string Name, string Assembly)[] Programs =
    [
        ("auth", "Visuels.Auth.dll"),
        ("product", "Visuels.Products.dll"),
        ("order", "Visuels.Orders.dll"),
        ("chat", "Visuels.Chat.dll"),
        ("jobs", "Visuels.Jobs.dll"),
    ];

    private readonly Dictionary<string, ServiceProcess> _services = [];
    private readonly List<ServiceProcess> _seconds = [];
    private readonly Dictionary<string, string?> _environment;
    private readonly int _ports;

    private Marketplace(string folder, BrokerProcess broker, IReadOnlyDictionary<string, string?> settings)
    {
        Folder = folder;
        Broker = broker;
        _ports = FreePorts.Next(2 + (2 * Programs.Length));
        Keys = new TestKeys(Directory.CreateDirectory(Path.Combine(folder, "keys")).FullName);
        Store = new StoreProcess(_ports + 1, Path.Combine(folder, "mongo"), LogOf("mongo"));
        _environment = Environment(settings);
        Gateway = new ServiceProcess("gateway", "Visuels.Gateway.dll", _ports, LogOf("gateway"), _environment);
        for (var i = 0; i < Programs.Length; i++)
        {
            _services[Programs[i].Name] = new ServiceProcess(Programs[i].Name, Programs[i].Assembly, _ports + 2 + i, LogOf(Programs[i].Name), _environment);
        }

        People = new People(this);
        Works = new Works(this);
        Shop = new Shop(this);
    }

    /// <summary>The names of the services.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Programs.Select(program => program.Name)];

    /// <summary>Keys, images, the store's data, and a log of each process.</summary>
    public string Folder { get; }

    public TestKeys Keys { get; }

    public StoreProcess Store { get; }

    public BrokerProcess Broker { get; }

    /// <summary>Accepts every mail unless an experiment says otherwise; what it holds goes when the experiment is over.</summary>
    public FakeSmtpServer Smtp { get; } = new();

    /// <summary>Not started unless an experiment starts it.</summary>
    public ServiceProcess Gateway { get; }

    public People People { get; }

    public Works Works { get; }

    public Shop Shop { get; }

    public IEnumerable<ServiceProcess> Services => _services.Values;

    public ServiceProcess this[string service] => _services[service];

    /// <summary>Starts everything and waits until it is ready.</summary>
    /// <param name="settings">Environment of all services, beyond what they need to find one another.</param>
    /// <param name="ct">Ends the wait.</param>
    public static async Task<Marketplace> StartAsync(IReadOnlyDictionary<string, string?> settings, CancellationToken ct)
    {
        var folder = Directory.CreateTempSubdirectory("visuels-reliability-").FullName;
        var market = new Marketplace(folder, await BrokerProcess.StartAsync(ct), settings);
        try
        {
            await market.Store.StartAsync(ct);
            foreach (var service in market.Services)
            {
                service.Start();
            }

            await market.ReadyAsync(ct);
            return market;
        }
        catch
        {
            await market.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another instance of a service on a port of its own, not started yet; it goes when the experiment is over.</summary>
    public ServiceProcess Second(string service)
    {
        var number = Array.FindIndex(Programs, program => program.Name == service);
        var second = new ServiceProcess(
            service, Programs[number].Assembly, _ports + 2 + Programs.Length + number, LogOf($"{service}-second"), _environment);
        _seconds.Add(second);
        return second;
    }

    /// <summary>From their next start on, all services have this in their environment; null takes it away.</summary>
    public void Set(string variable, string? value) => _environment[variable] = value;

    /// <summary>Waits until every service is ready and every queue is read and on disk.</summary>
    public async Task ReadyAsync(CancellationToken ct)
    {
        await Task.WhenAll(Services.Select(service => service.ReadyAsync(ct)));
        await Broker.ReadByAsync(Names, ct);
    }

    /// <summary>After an experiment: everything runs, as it was started first, and nothing else does.</summary>
    public async Task RestoreAsync(CancellationToken ct)
    {
        foreach (var second in _seconds)
        {
            await second.DisposeAsync();
        }

        _seconds.Clear();
        Smtp.Behaviour = SmtpBehaviour.Accept;
        (Smtp.ByConnection, Smtp.ByRecipient) = (null, null);
        await Gateway.DisposeAsync();
        if (!Broker.IsRunning)
        {
            await Broker.StartAgainAsync(ct);
        }

        if (!Store.IsRunning)
        {
            await Store.StartAsync(ct);
        }

        foreach (var service in Services)
        {
            if (service.IsStopped)
            {
                await service.ContinueAsync(ct);
            }

            if (service.IsAltered)
            {
                await service.KillAsync();
            }

            if (!service.IsRunning)
            {
                service.Start();
            }
        }

        await ReadyAsync(ct);
        Smtp.Received.Clear();
        Smtp.Accepted.Clear();
    }

    /// <summary>Where a process's output goes, for all its starts.</summary>
    public string LogOf(string process) => Path.Combine(Folder, process + ".log");

    /// <summary>Ends every process. The folder is the caller's: a failure wants its logs.</summary>
    public async ValueTask DisposeAsync()
    {
        foreach (var service in Services.Concat(_seconds).Append(Gateway))
        {
            await service.DisposeAsync();
        }

        Shop.Dispose();
        await Store.DisposeAsync();
        await Broker.DisposeAsync();
        await Smtp.DisposeAsync();
    }

    private Dictionary<string, string?> Environment(IReadOnlyDictionary<string, string?> settings)
    {
        var environment = new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__Mongo"] = Store.ConnectionString,
            ["ConnectionStrings__RabbitMq"] = Broker.Node.ConnectionString,
            ["PublicUrl"] = $"http://localhost:{_ports}",
            ["Keys__Folder"] = Keys.Folder,
            ["Images__Folder"] = Path.Combine(Folder, "images"),
            ["RateLimiting__Enabled"] = "false",
            ["Smtp__Host"] = "127.0.0.1",
            ["Smtp__Port"] = Smtp.Port,
            ["Smtp__Security"] = "None",
            // As long as a relay's: the mails that a dead dispatcher held go out within an experiment.
            ["Mail__Lease"] = "00:00:10",
            ["Smtp__Timeout"] = "00:00:05",
            // Processes that are killed again and again should start cheaply, and seven share the machine.
            ["DOTNET_TieredPGO"] = "0",
            ["DOTNET_gcServer"] = "0",
            ["Logging__LogLevel__Visuels.Jobs.Ledger"] = "Warning",
        };
        for (var i = 0; i < Programs.Length; i++)
        {
            environment[$"Services__{Programs[i].Name}"] = $"http://127.0.0.1:{_ports + 2 + i}";
        }

        foreach (var (name, value) in settings)
        {
            environment[name] = value;
        }

        return environment;
    }
}
