using System.Diagnostics;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Reliability.Experiments;

/// <summary>
/// E4: at every named crash point of every service, one by one, the process dies. The start after it meets what the one before has left,
/// and dies at the next point. Services are swept side by side, so that each also meets the deaths of the others.
/// </summary>
internal sealed class CrashSweep : Experiment
{
    private const int Killed = 128 + 9;

    // What a service does by itself once a tour is through: relays, mails, schedules.
    private static readonly TimeSpan ReachWithin = TimeSpan.FromMinutes(3);

    // For a tour that never gets through.
    private static readonly TimeSpan ReachInAll = TimeSpan.FromMinutes(15);

    // For services that die no more.
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromMinutes(3);

    // What a dead process held is free again soon: the sweep waits for it often.
    private static readonly (string, string?)[] ShortLeases =
    [
        ("Outbox__Lease", "00:00:03"), ("Outbox__PublishTimeout", "00:00:02"),
        ("Mail__Lease", "00:00:05"), ("Smtp__Timeout", "00:00:02"), ("Mail__FirstPause", "00:00:00.5"),
        ("Scheduling__Lease", "00:00:01"),
    ];

    public override string Name => "E4";

    public override string What => "every crash point of every service";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        trial.Market.Smtp.ByRecipient = Tour.Meet();
        // A request of a tour may meet the deaths of all services' points: clients lose patience only once all of them are through.
        using var over = new CancellationTokenSource();
        var sweeps = await Task.WhenAll(Marketplace.Names.Select(service => SweepAsync(trial.Market, service, over.Token, ct)));
        over.CancelAfter(AnswersWithin);
        var stops = sweeps.SelectMany(sweep => sweep).ToList();
        await Task.WhenAll(stops.Select(stop => stop.Walk));
        var audits = new List<(Stop Stop, Findings Findings)>();
        // One patience for all: what the first waited for, the others have waited for, too.
        var clock = Stopwatch.StartNew();
        foreach (var stop in stops)
        {
            audits.Add((stop, await stop.Tour.AuditAsync(trial.Patience - clock.Elapsed, ct)));
        }

        var wrong = audits.Where(audit => !audit.Findings.AreNone).ToList();
        return
        [
            .. stops.GroupBy(stop => stop.Service).Select(Reached),
            new("P1 to P4 hold after a crash at", $"{stops.Count - wrong.Count} points{string.Concat(wrong.Take(5).Select(w => $"; {w.Stop.Service} {w.Stop.Point}: {w.Findings.Text}"))}", $"{stops.Count}", wrong.Count == 0),
        ];
    }

    private static async Task<List<Stop>> SweepAsync(Marketplace market, string service, CancellationToken over, CancellationToken ct)
    {
        var stops = new List<Stop>();
        var process = market[service];
        await process.KillAsync();
        foreach (var point in CrashPoints.All.Where(point => point.Value.Contains(service)).Select(point => point.Key))
        {
            process.Start([("VISUELS_CRASH_AT", point), .. ShortLeases]);
            var tour = new Tour(market, over);
            var walk = tour.RunAsync(ct);
            stops.Add(new Stop(service, point, await DiesAsync(process, walk, ct), tour, walk));
        }

        await process.StartReadyAsync(ct, ShortLeases);
        return stops;
    }

    /// <summary>Waits for the death at a crash point; false where the service has passed the whole tour without coming by.</summary>
    private static async Task<bool> DiesAsync(ServiceProcess process, Task walk, CancellationToken ct)
    {
        using var passed = CancellationTokenSource.CreateLinkedTokenSource(ct);
        passed.CancelAfter(ReachInAll);
        var end = process.EndAsync(passed.Token);
        if (await Task.WhenAny(end, walk) == walk)
        {
            passed.CancelAfter(ReachWithin);
        }

        try
        {
            return await end == Killed;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            await process.KillAsync();
            return false;
        }
    }

    private static Row Reached(IGrouping<string, Stop> service)
    {
        var missed = service.Where(stop => !stop.WasReached).Select(stop => stop.Point).ToList();
        var all = service.Count();
        return new($"crash points of {service.Key}", $"{all - missed.Count} killed it{(missed.Count == 0 ? "" : $"; not {string.Join(", ", missed)}")}", $"{all}", missed.Count == 0);
    }

    private sealed record Stop(string Service, string Point, bool WasReached, Tour Tour, Task Walk);
}
