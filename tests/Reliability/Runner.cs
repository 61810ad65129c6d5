using System.Diagnostics;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability;

/// <summary>Runs experiments one after the other, on one marketplace as long as that is sound.</summary>
internal sealed class Runner(Switches switches) : IAsyncDisposable
{
    private Marketplace? _market;

    /// <summary>How long consequences may take before they count as lost.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>How long a client waits for an answer.</summary>
    public TimeSpan ClientPatience { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>Environment of all services, beyond what an experiment sets.</summary>
    public IEnumerable<KeyValuePair<string, string?>> Environment { get; init; } = [];

    /// <summary>Runs one and prints its rows.</summary>
    /// <returns>Whether all of them hold.</returns>
    public async Task<bool> RunAsync(Experiment experiment, CancellationToken ct)
    {
        Table.Title(experiment.Name, experiment.What);
        var clock = Stopwatch.StartNew();
        var (rows, logs) = await TryAsync(experiment, ct);
        foreach (var row in rows)
        {
            Table.Write(experiment.Name, row);
        }

        Console.WriteLine($"{"",-11} {clock.Elapsed.TotalSeconds:F0} s{(logs is null ? "" : $"; logs are in {logs}")}");
        return logs is null;
    }

    /// <summary>Runs one.</summary>
    /// <returns>Its rows; where one falls short, also the folder with every process's log.</returns>
    public async Task<(IReadOnlyList<Row> Rows, string? Logs)> TryAsync(Experiment experiment, CancellationToken ct)
    {
        if (experiment.Settings.Count > 0)
        {
            await DropAsync(keepLogs: false);
        }

        var rows = await RowsAsync(experiment, ct);
        if (rows.All(row => row.Holds))
        {
            if (experiment.Settings.Count > 0)
            {
                await DropAsync(keepLogs: false);
            }

            return (rows, null);
        }

        // What is wrong with this marketplace must not be held against the next experiment.
        var logs = _market?.Folder ?? "no folder: nothing has started";
        await DropAsync(keepLogs: true);
        return (rows, logs);
    }

    public ValueTask DisposeAsync() => DropAsync(keepLogs: false);

    private async Task<IReadOnlyList<Row>> RowsAsync(Experiment experiment, CancellationToken ct)
    {
        try
        {
            _market ??= await Marketplace.StartAsync(new Dictionary<string, string?>([.. Environment.Where(own => !experiment.Settings.ContainsKey(own.Key)), .. experiment.Settings]), ct);
            _market.Shop.Patience = ClientPatience;
            var rows = await experiment.RunAsync(new Trial(_market, new Random(switches.Seed), switches.Scale, Patience), ct);
            if (rows.All(row => row.Holds))
            {
                await _market.RestoreAsync(ct);
            }

            return rows;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            return [new Row("could not be run to its end", $"{e}", "", false)];
        }
    }

    private async ValueTask DropAsync(bool keepLogs)
    {
        if (_market is null)
        {
            return;
        }

        await _market.DisposeAsync();
        if (!keepLogs)
        {
            Directory.Delete(_market.Folder, recursive: true);
        }

        _market = null;
    }
}
