using System.Diagnostics;
using System.Runtime.InteropServices;
using Visuels.Reliability;
using Visuels.Reliability.Experiments;
using Visuels.ServiceDefaults.Faults;
using Visuels.Testing;

if (!Switches.TryParse(args, out var switches))
{
    Console.Error.WriteLine(Switches.Usage);
    return 2;
}

IReadOnlyList<string> names = [.. switches.Sabotage ? Sabotage.All.Keys : AllExperiments.List.Select(experiment => experiment.Name)];
if (switches.Only.FirstOrDefault(name => !names.Contains(name, StringComparer.OrdinalIgnoreCase)) is { } unknown)
{
    Console.Error.WriteLine($"There is no {unknown}. There are: {string.Join(", ", names)}");
    return 2;
}

if (!RabbitMqNode.IsInstalled)
{
    Console.Error.WriteLine("Needs an installed rabbitmq-server: the experiments kill nodes of their own.");
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
await using var alone = await OneRun.BeginAsync(stop.Token);
var clock = Stopwatch.StartNew();
Console.WriteLine($"seed {switches.Seed}, scale {switches.Scale}, {Environment.ProcessorCount} cores");
Table.Head();

await using var runner = new Runner(switches);
var holds = true;
try
{
    if (switches.Sabotage)
    {
        await using var sabotages = new SabotageRunner(switches);
        holds &= await sabotages.RunAsync(stop.Token);
    }
    else
    {
        foreach (var experiment in AllExperiments.List.Where(experiment => switches.Asks(experiment.Name)))
        {
            holds &= await runner.RunAsync(experiment, stop.Token);
        }
    }
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.WriteLine("Stopped.");
    return 1;
}

Console.WriteLine($"\n{(holds ? "All hold" : "Some fall short")}, {clock.Elapsed.TotalSeconds:F0} s");
return holds ? 0 : 1;

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
