using System.Diagnostics;
using System.Runtime.InteropServices;
using Visuels.Reliability;
using Visuels.Reliability.Experiments;
using Visuels.Testing;

if (!Switches.TryParse(args, out var switches))
{
    Console.Error.WriteLine(Switches.Usage);
    return 2;
}

var chosen = AllExperiments.List.Where(experiment => switches.Only.Count == 0 || switches.Only.Contains(experiment.Name)).ToList();
if (chosen.Count == 0)
{
    Console.Error.WriteLine($"No experiment is named like that. There are: {string.Join(", ", AllExperiments.List.Select(experiment => experiment.Name))}");
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
        foreach (var experiment in chosen)
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
