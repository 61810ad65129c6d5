using System.Net;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>E7: the store dies again and again while people order. They are told at once, and nothing that was acknowledged goes with it.</summary>
internal sealed class StoreKills : Experiment
{
    private const double PerSecond = 100;

    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(2.5);
    private static readonly TimeSpan RecoverWithin = TimeSpan.FromSeconds(10);

    public override string Name => "E7";

    public override string What => "3,000 orders, kill -9 of EmbeddedMongo 5 times";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var kills = trial.Scaled(5, least: 1);
        var orders = await Orders.PrepareAsync(market, trial.Scaled(3_000), ct);
        var tally = new Tally();
        var cuts = new List<(long From, long To)>();
        using var killing = new Interruptions(trial.Random, kills, orders.Count, async () =>
        {
            var from = Environment.TickCount64;
            await market.Store.KillAsync();
            await Task.Delay(Outage, ct);
            await market.Store.StartAsync(ct);
            cuts.Add((from, Environment.TickCount64));
            // The next cut meets services that work again.
            await Shop.InsistAsync(() => market.Shop.OrderAsync(orders.All[0].Buyer, orders.All[0].Work, ct), tally, RecoverWithin, ct);
        });

        var took = await Load.AtRateAsync(
            orders.All,
            PerSecond,
            async order =>
            {
                await orders.PlaceAsync(order, tally, TimeSpan.FromSeconds(30), ct);
                await killing.JobDoneAsync(ct);
            },
            ct);
        await killing.FinishAsync();
        var findings = await orders.Audit.SettleAsync(trial.Patience, ct);

        // Sent while there was no store, and answered before there was one again or soon after.
        var cut = tally.Answers.Where(answer => cuts.Exists(c => c.From < answer.SentAt && answer.SentAt < c.To - AnswerWithin.TotalMilliseconds)).ToList();
        var clear = cut.Count(answer => answer is { Status: HttpStatusCode.ServiceUnavailable, HasRetryAfter: true });
        var slowest = tally.Percentile(1, cut.Contains);
        var recovery = cuts.Select(c => Recovery(tally, c.To)).DefaultIfEmpty(TimeSpan.Zero).Max();
        return
        [
            new("kills of the store", $"{killing.Happened}", $"{kills}", killing.Happened == kills),
            .. Orders.Verdict(findings, tally),
            new("answered 503 with Retry-After during a cut", $"{clear}", $"all {cut.Count}", clear == cut.Count && cut.Count > 0),
            new("the slowest of these answers", $"{slowest.TotalSeconds:F1} s", $"< {AnswerWithin.TotalSeconds} s", slowest < AnswerWithin),
            new("first order after the store's start", $"{recovery.TotalSeconds:F1} s", $"< {RecoverWithin.TotalSeconds:F0} s", recovery < RecoverWithin),
            Row.Told("orders, repeated mails", $"{findings.Orders} of {orders.Count}, {findings.Repeats}; {tally.Kinds}; load {took.TotalSeconds:F0} s, rest {findings.Took.TotalSeconds:F0} s"),
        ];
    }

    private static TimeSpan Recovery(Tally tally, long started) => TimeSpan.FromMilliseconds(tally.Answers
        .Where(answer => answer.IsSuccess)
        .Select(answer => answer.SentAt + answer.Took.TotalMilliseconds - started)
        .Where(after => after > 0)
        .DefaultIfEmpty(TimeSpan.FromDays(1).TotalMilliseconds)
        .Min());
}
