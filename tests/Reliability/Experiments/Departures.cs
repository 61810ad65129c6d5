using System.Diagnostics;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>E13: each service is told to stop (SIGTERM) and started again, under load. Whoever gets in is served to the end.</summary>
internal sealed class Departures : Experiment
{
    private const int Clients = 16;

    private static readonly TimeSpan EndsWithin = TimeSpan.FromSeconds(10);

    public override string Name => "E13";

    public override string What => "SIGTERM to each service in turn, under load";

    // As in Production, where balancers turn away first.
    public override IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?> { ["Shutdown__Drain"] = "00:00:01" };

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        await market.Gateway.StartReadyAsync(ct);
        var orders = await Orders.PrepareAsync(market, trial.Scaled(4_000, least: 400), ct);
        var (direct, looking) = (new Tally(), new Tally());
        using var over = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var placed = 0;
        var load = Load.RunAsync(
            orders.All.TakeWhile(_ => !over.IsCancellationRequested),
            Clients,
            async wish =>
            {
                // Straight to the service, so that what its door does is seen; the pause keeps the load there until all have left.
                if (await orders.PlaceAsync(wish, direct, TimeSpan.Zero, ct))
                {
                    Interlocked.Increment(ref placed);
                }

                looking.Add(await market.Shop.SendAsync(HttpMethod.Get, new Uri(market.Gateway.Address, "products?limit=1"), null, ct));
                await Task.Delay(TimeSpan.FromMilliseconds(100), ct);
            },
            ct);

        var ends = new List<(string Name, int Code, TimeSpan Took, long From, long To)>();
        foreach (var service in market.Services.Append(market.Gateway))
        {
            var (from, clock) = (Environment.TickCount64, Stopwatch.StartNew());
            var code = await service.TerminateAsync(ct);
            var took = clock.Elapsed;
            await service.StartReadyAsync(ct);
            ends.Add((service.Name, code, took, from, Environment.TickCount64));
        }

        await over.CancelAsync();
        await load;
        var findings = await orders.Audit.SettleAsync(trial.Patience, ct);
        var failed = direct.Answers.Where(answer => answer is not { IsSuccess: true } && !IsTurnedAway(answer)).ToList();
        // Product and the Gateway are what looking around needs; the Gateway's circuit may take 3 s to close again.
        var blind = looking.Answers.Count(answer => !answer.IsSuccess
            && !ends.Exists(end => end.Name is "product" or "gateway" && end.From <= answer.SentAt + answer.Took.TotalMilliseconds && answer.SentAt <= end.To + 4_000));
        var slowest = ends.MaxBy(end => end.Took);
        return
        [
            new("exit codes", string.Join(", ", ends.Select(end => $"{end.Name} {end.Code}")), "all 0", ends.TrueForAll(end => end.Code == 0)),
            new("the slowest end", $"{slowest.Name} {slowest.Took.TotalSeconds:F1} s", $"< {EndsWithin.TotalSeconds:F0} s", slowest.Took < EndsWithin),
            new("orders that failed otherwise than by their connection", $"{failed.Count}{(failed.Count > 0 ? $": {string.Join(", ", failed.Take(3))}" : "")}", "0", failed.Count == 0),
            new("orders that were done, and their answer lost", $"{findings.Orders - placed}", "0", findings.Orders == placed),
            new("looking around failed while Product and the Gateway were there", $"{blind} of {looking.Answers.Count}", "0", blind == 0),
            .. Orders.Verdict(findings, direct),
            new("mails sent twice under one Message-ID", $"{findings.Repeats}", "0: all ended in order", findings.Repeats == 0),
            Row.Told("orders; answers", $"{placed}; {direct.Kinds}; looked {looking.Kinds}"),
        ];
    }

    // Refused; or taken by the kernel and cut off before the service had seen it, which the orders that there are must bear out.
    private static bool IsTurnedAway(Answer answer) => answer.Failure is HttpRequestException;
}
