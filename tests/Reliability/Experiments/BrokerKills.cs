using System.Diagnostics;
using System.Net;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>E6: the broker freezes, dies and comes back, again and again, while people order. They do not notice.</summary>
internal sealed class BrokerKills : Experiment
{
    private const double PerSecond = 75;

    // What it is sent meanwhile lies in its socket, and dies with it.
    private static readonly TimeSpan Freeze = TimeSpan.FromMilliseconds(400);

    private static readonly TimeSpan P99 = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MailsOut = TimeSpan.FromSeconds(60);

    public override string Name => "E6";

    public override string What => "3,000 orders, kill -9 of the broker 5 times";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var kills = trial.Scaled(5, least: 1);
        var orders = await Orders.PrepareAsync(market, trial.Scaled(3_000), ct);
        var tally = new Tally();
        var sinceStart = new Stopwatch();
        using var killing = new Interruptions(trial.Random, kills, orders.Count, async () =>
        {
            await market.Broker.Node.SignalAsync("STOP", ct);
            await Task.Delay(Freeze, ct);
            market.Broker.Kill();
            await market.Broker.StartAgainAsync(ct);
            sinceStart.Restart();
        });

        await Load.AtRateAsync(
            orders.All,
            PerSecond,
            async order =>
            {
                await orders.PlaceAsync(order, tally, TimeSpan.Zero, ct);
                await killing.JobDoneAsync(ct);
            },
            ct);
        await killing.FinishAsync();
        var findings = await orders.Audit.SettleAsync(MailsOut, ct);
        var created = tally.Count(answer => answer.Status == HttpStatusCode.Created);
        var p99 = tally.Percentile(0.99);
        return
        [
            new("kills of the broker", $"{killing.Happened}", $"{kills}", killing.Happened == kills),
            new("orders answered 201", $"{created}; {tally.Kinds}", $"{orders.Count}", created == orders.Count),
            // Of a few orders after a start the hundredth is one of the first, which everything is slow for.
            trial.Scale < 1
                ? Row.Told("p99 of the answers", $"{p99.TotalMilliseconds:F0} ms")
                : new("p99 of the answers", $"{p99.TotalMilliseconds:F0} ms", $"< {P99.TotalMilliseconds:F0} ms", p99 < P99),
            .. Orders.Verdict(findings, tally),
            new("all mails out after the broker's last start", $"{sinceStart.Elapsed.TotalSeconds:F0} s", $"< {MailsOut.TotalSeconds:F0} s", findings.AreNone && sinceStart.Elapsed < MailsOut),
            new("mails sent twice under one Message-ID", $"{findings.Repeats}", "0: Jobs did not die", findings.Repeats == 0),
        ];
    }
}
