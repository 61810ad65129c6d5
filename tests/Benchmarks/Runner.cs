using System.Diagnostics;

namespace Visuels.Benchmarks;

/// <summary>Measures benchmarks in alternation, round by round, so that what else the machine does falls on all of them alike.</summary>
internal static class Runner
{
    public static async Task<List<Result>> RunAsync(IReadOnlyList<Benchmark> benchmarks, Settings settings)
    {
        var results = new List<Result>();
        foreach (var benchmark in benchmarks)
        {
            await Console.Error.WriteLineAsync($"preparing {benchmark.Name}");
            await benchmark.PrepareAsync();
            results.Add(new Result(benchmark));
        }

        foreach (var result in results)
        {
            result.Warmed = await MeasureAsync(result.Benchmark, settings.WarmUp, seed: Settings.Seed);
        }

        for (var round = 1; round <= Settings.Rounds; round++)
        {
            await Console.Error.WriteLineAsync($"round {round} of {Settings.Rounds}");
            foreach (var result in results)
            {
                result.Rounds.Add(await MeasureAsync(result.Benchmark, settings.Round, seed: Settings.Seed + (1000 * round)));
            }
        }

        foreach (var result in results)
        {
            await result.Benchmark.CheckAsync(result.Warmed!.Operations + result.Rounds.Sum(r => (long)r.Operations));
        }

        return results;
    }

    private static async Task<Measurement> MeasureAsync(Benchmark benchmark, TimeSpan time, int seed)
    {
        using var process = Process.GetCurrentProcess();
        GC.Collect();
        var allocated = GC.GetTotalAllocatedBytes(precise: true);
        var cpu = process.TotalProcessorTime;
        var started = Stopwatch.GetTimestamp();
        var until = started + (long)(time.TotalSeconds * Stopwatch.Frequency);
        var callers = Enumerable.Range(0, benchmark.Callers).Select(i => Task.Run(() => CallAsync(benchmark, new Random(seed + i), until)));
        var latencies = await Task.WhenAll(callers);
        var elapsed = Stopwatch.GetElapsedTime(started);
        process.Refresh();
        return new Measurement(
            elapsed,
            process.TotalProcessorTime - cpu,
            GC.GetTotalAllocatedBytes(precise: true) - allocated,
            [.. latencies.SelectMany(l => l).Order()]);
    }

    private static async Task<List<TimeSpan>> CallAsync(Benchmark benchmark, Random random, long until)
    {
        var latencies = new List<TimeSpan>(capacity: 10_000);
        var before = Stopwatch.GetTimestamp();
        while (before < until)
        {
            await benchmark.RunAsync(random);
            var after = Stopwatch.GetTimestamp();
            latencies.Add(Stopwatch.GetElapsedTime(before, after));
            before = after;
        }

        return latencies;
    }
}
