using System.Diagnostics;
using MongoDB.Driver;
using Visuels.Reliability.Experiments;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Reliability;

/// <summary>
/// Takes away one guard after the other and runs the experiment that must fail then. Each of these experiments is first run at the same
/// scale with all guards in place, where it must hold: otherwise its failing would say nothing.
/// </summary>
internal sealed class SabotageRunner(Switches switches) : IAsyncDisposable
{
    private const string Variable = "VISUELS_SABOTAGE";

    // What is lost is missed after this; what is only late has come by then, as the controls show.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly HashSet<(string, double)> _controlled = [];
    private Marketplace? _market;

    /// <summary>Runs all of them and prints a line for each.</summary>
    /// <returns>Whether every one was caught.</returns>
    public async Task<bool> RunAsync(CancellationToken ct)
    {
        Table.Title("sabotage", "each guard taken away, and the experiment that notices");
        var clock = Stopwatch.StartNew();
        var caught = 0;
        var chosen = Sabotage.All.Where(guard => switches.Asks(guard.Key)).ToList();
        foreach (var (guard, services) in chosen)
        {
            var row = Sabotages.List.FirstOrDefault(suspicion => suspicion.Guard == guard) is { } suspicion
                ? await TryAsync(suspicion, services, ct)
                : new Row(guard, "no experiment is told to", "caught", false);
            Table.Write("sabotage", row);
            caught += row.Holds ? 1 : 0;
        }

        Table.Write("sabotage", new Row("caught", $"{caught}", $"all {chosen.Count}", caught == chosen.Count));
        Console.WriteLine($"{"",-11} {clock.Elapsed.TotalSeconds:F0} s");
        return caught == chosen.Count;
    }

    public async ValueTask DisposeAsync()
    {
        if (_market is not null)
        {
            await _market.DisposeAsync();
            Directory.Delete(_market.Folder, recursive: true);
        }
    }

    private async Task<Row> TryAsync(Suspicion suspicion, IReadOnlyList<string> services, CancellationToken ct)
    {
        if (AllExperiments.List.FirstOrDefault(experiment => experiment.Name == suspicion.Experiment) is not { } experiment)
        {
            return new Row(suspicion.Guard, $"there is no {suspicion.Experiment}", "caught", false);
        }

        _market ??= await Marketplace.StartAsync(new Dictionary<string, string?>(), ct);
        if (_controlled.Add((suspicion.Experiment, suspicion.Scale)) && await FailureAsync(experiment, suspicion.Scale, ct) is { } anyway)
        {
            return new Row(suspicion.Guard, $"{experiment.Name} fails with it, too: {anyway}", "caught", false);
        }

        await RestartAsync(services, suspicion.Guard, ct);
        var failure = await FailureAsync(experiment, suspicion.Scale, ct);
        await RestartAsync(services, null, ct);
        return new Row(suspicion.Guard, failure is null ? $"{experiment.Name} did not notice" : $"{experiment.Name}: {failure}", "caught", failure is not null);
    }

    /// <summary>What falls short, or null.</summary>
    private async Task<string?> FailureAsync(Experiment experiment, double scale, CancellationToken ct)
    {
        try
        {
            var rows = await experiment.RunAsync(new Trial(_market!, new Random(switches.Seed), scale, Patience), ct);
            await _market!.RestoreAsync(ct);
            return rows.FirstOrDefault(row => !row.Holds) is { } row ? $"{row.What}: {row.Reached}" : null;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return e.Message;
        }
    }

    // With empty databases and queues: what a sabotaged service has written would be held against the next.
    private async Task RestartAsync(IReadOnlyList<string> services, string? guard, CancellationToken ct)
    {
        // The experiments start the Gateway themselves.
        foreach (var service in services.Where(Marketplace.Names.Contains))
        {
            await _market![service].KillAsync();
            await _market.Store[service].Client.DropDatabaseAsync(_market.Store[service].DatabaseNamespace.DatabaseName, ct);
        }

        await _market!.Broker.PurgeAsync(ct);
        _market.Set(Variable, guard);
        await _market.RestoreAsync(ct);
    }
}
