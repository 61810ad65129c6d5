using System.Diagnostics;
using Visuels.Fuzz;
using Visuels.Fuzz.OpenApi;
using Visuels.Fuzz.Rig;
using Visuels.Fuzz.Sequences;

if (!Switches.TryParse(args, out var switches))
{
    Console.Error.WriteLine(Switches.Usage);
    return 2;
}

var clock = Stopwatch.StartNew();
var findings = new Findings();
Console.WriteLine($"seed {switches.Seed}, {Environment.ProcessorCount} cores");
await using var market = await Market.StartAsync();
if (switches.Asks(Switches.OpenApi))
{
    foreach (var service in Market.Names.Where(name => switches.Service is null || switches.Service == name))
    {
        var begun = clock.Elapsed;
        var tally = await new DocumentFuzzer(market, findings, switches.Seed).RunAsync(service, switches.Requests);
        Console.WriteLine(
            $"{service}: {tally.Requests} requests to {tally.Operations} operations in {(clock.Elapsed - begun).TotalSeconds:F0} s; "
            + $"2xx and 3xx {tally.Of(status => status is >= 200 and < 400)}, 4xx {tally.Of(status => status is >= 400 and < 500)}, "
            + $"5xx {tally.Of(status => status >= 500)}, cut off {tally.Of(status => status == 0)}");
        foreach (var operation in tally.NeverReached)
        {
            Console.WriteLine($"  never succeeded: {operation}");
        }
    }
}

if (switches.Asks(Switches.StatefulSequences) && switches.Service is null)
{
    var begun = clock.Elapsed;
    var runner = new SequenceRunner(market, findings, switches.Seed);
    await runner.RunAsync(switches.Sequences);
    Console.WriteLine($"{switches.Sequences} sequences, {runner.Steps} steps in {(clock.Elapsed - begun).TotalSeconds:F0} s");
}

findings.Print(Console.Out);
Console.WriteLine($"\n{(findings.Any ? $"{findings.Count} findings" : "Nothing found")}, {clock.Elapsed.TotalSeconds:F0} s");
return findings.Any ? 1 : 0;
