using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace Visuels.Testing;

/// <summary>
/// A node of the installed <c>rabbitmq-server</c> with a name, ports and a folder of its own; it can be killed and started again.
/// The machine's other nodes, and the epmd that all of them share, are left alone.
/// </summary>
public sealed class RabbitMqNode : IAsyncDisposable
{
    // The wrapper in /usr/sbin changes the user and drops the environment.
    private const string Server = "/usr/lib/rabbitmq/bin/rabbitmq-server";
    private const string Control = "/usr/lib/rabbitmq/bin/rabbitmqctl";

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(3);

    private readonly int _port = FreePorts.Next(2);
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("visuels-rabbitmq-");
    private readonly string _name;
    private readonly string _user;
    private Process? _process;

    private RabbitMqNode(string settings, string user)
    {
        _name = $"visuels{_port}@localhost";
        _user = user;
        File.WriteAllText(
            Path("rabbitmq.conf"), $"listeners.tcp.1 = 127.0.0.1:{_port}\ndisk_free_limit.absolute = 10MB\nlog.file.level = warning\n{settings}");
        File.WriteAllText(Path("enabled_plugins"), "[].");
    }

    public static bool IsInstalled => File.Exists(Server);

    public string ConnectionString => ConnectionStringOf(_user);

    /// <summary>For <c>user:password</c>.</summary>
    public string ConnectionStringOf(string user) => $"amqp://{user}@127.0.0.1:{_port}/";

    /// <summary>The server's log, for a test that failed.</summary>
    public string LogFolder => Path("log");

    /// <summary>Starts a node.</summary>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="settings">Lines for its <c>rabbitmq.conf</c>.</param>
    /// <param name="user">As whom to ask whether it answers, <c>user:password</c>.</param>
    public static async Task<RabbitMqNode> StartAsync(CancellationToken ct, string settings = "", string user = "guest:guest")
    {
        var node = new RabbitMqNode(settings, user);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => node.Kill();
        await node.StartAgainAsync(ct);
        return node;
    }

    /// <summary>Starts a node that was killed, with what it had on disk, and waits until it answers.</summary>
    public async Task StartAgainAsync(CancellationToken ct)
    {
        var start = new ProcessStartInfo(Server) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = _folder.FullName;
        // Runs the Erlang machine in this very process, so that its id is the one to kill.
        start.Environment["RUNNING_UNDER_SYSTEMD"] = "true";
        start.Environment["RABBITMQ_NODENAME"] = _name;
        start.Environment["RABBITMQ_NODE_PORT"] = $"{_port}";
        start.Environment["RABBITMQ_DIST_PORT"] = $"{_port + 1}";
        start.Environment["RABBITMQ_MNESIA_BASE"] = Path("data");
        start.Environment["RABBITMQ_LOG_BASE"] = LogFolder;
        start.Environment["RABBITMQ_CONFIG_FILE"] = Path("rabbitmq");
        start.Environment["RABBITMQ_ENABLED_PLUGINS_FILE"] = Path("enabled_plugins");
        start.Environment["RABBITMQ_PID_FILE"] = Path("pid");
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, _) => { };
        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        await Eventually.Until(() => AnswersAsync(ct), "RabbitMQ answers", StartPatience);
    }

    /// <summary>
    /// Waits until the broker would find this quorum queue again after a kill. It writes the names of new ones with half a second's
    /// delay, and a queue killed before that never answers again.
    /// </summary>
    public Task QueueIsOnDiskAsync(string queue) => Eventually.Until(
        () =>
        {
            var file = new FileInfo(Path($"data/{_name}/quorum/{_name}/names.dets"));
            var names = file.Exists ? File.ReadAllBytes(file.FullName) : [];
            var wasWrittenInFull = names.ElementAtOrDefault(11) == 1;
            return wasWrittenInFull && Encoding.Latin1.GetString(names).Contains(queue, StringComparison.Ordinal);
        },
        $"{queue} is on disk");

    /// <summary>Sends it a signal: <c>STOP</c>, <c>CONT</c>.</summary>
    public async Task SignalAsync(string name, CancellationToken ct)
    {
        using var kill = Process.Start("kill", [$"-{name}", $"{_process!.Id}"]);
        await kill.WaitForExitAsync(ct);
    }

    /// <summary>Raises the memory alarm, whereupon the broker reads nothing more from who publishes, or lowers it.</summary>
    public Task SetMemoryAlarmAsync(bool raised, CancellationToken ct) => ControlAsync(ct, "set_vm_memory_high_watermark", raised ? "0.00001" : "0.4");

    /// <summary>Adds virtual hosts, each as empty as a new broker: a host's name goes behind the slash of <see cref="ConnectionString"/>.</summary>
    public Task AddVirtualHostsAsync(IEnumerable<string> names, CancellationToken ct) => ControlAsync(
        ct,
        "eval",
        $$"""
        lists:foreach(
            fun(Host) ->
                rabbit_vhost:add(Host, <<"tests">>),
                rabbit_auth_backend_internal:set_permissions(<<"guest">>, Host, <<".*">>, <<".*">>, <<".*">>, <<"tests">>)
            end,
            [{{string.Join(", ", names.Select(name => $"<<\"{name}\">>"))}}]).
        """);

    /// <summary>What the broker lists, a line each: <c>queues</c> or <c>exchanges</c>.</summary>
    /// <param name="what">The kind.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="columns">For example <c>name</c> and <c>type</c>; separated by tabs in the lines.</param>
    public async Task<IReadOnlyList<string>> ListAsync(string what, CancellationToken ct, params string[] columns) =>
        (await ControlAsync(ct, ["-q", $"list_{what}", "--no-table-headers", .. columns])).Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    private async Task<string> ControlAsync(CancellationToken ct, params string[] arguments)
    {
        var start = new ProcessStartInfo(Control, ["-n", _name, .. arguments]) { RedirectStandardOutput = true };
        start.Environment["HOME"] = _folder.FullName;
        using var control = Process.Start(start)!;
        var output = await control.StandardOutput.ReadToEndAsync(ct);
        await control.WaitForExitAsync(ct);
        return control.ExitCode == 0 ? output : throw new InvalidOperationException($"rabbitmqctl ended with {control.ExitCode}: {output}");
    }

    /// <summary>Ends the node as a power cut would.</summary>
    public void Kill()
    {
        if (_process is { HasExited: false })
        {
            _process.Kill();
            _process.WaitForExit();
        }
    }

    public ValueTask DisposeAsync()
    {
        Kill();
        _folder.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private async Task<bool> AnswersAsync(CancellationToken ct)
    {
        if (_process!.HasExited)
        {
            throw new InvalidOperationException($"rabbitmq-server ended with {_process.ExitCode}; see {LogFolder}.");
        }

        try
        {
            await using var connection = await new ConnectionFactory { Uri = new Uri(ConnectionString) }.CreateConnectionAsync(ct);
            return true;
        }
        catch (BrokerUnreachableException)
        {
            return false;
        }
    }

    private string Path(string name) => System.IO.Path.Combine(_folder.FullName, name);
}
