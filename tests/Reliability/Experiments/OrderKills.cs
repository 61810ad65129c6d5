using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>E3: Order dies again and again while people order.</summary>
internal sealed class OrderKills : Experiment
{
    private const int Clients = 32;

    public override string Name => "E3";

    public override string What => "5,000 orders, kill -9 of Order 20 times";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var kills = trial.Scaled(20, least: 2);
        var orders = await Orders.PrepareAsync(market, trial.Scaled(5_000), ct);
        var tally = new Tally();
        var refused = 0;
        using var killing = new Interruptions(trial.Random, kills, orders.Count, async () =>
        {
            await market["order"].KillAsync();
            await market["order"].StartReadyAsync(ct);
        });

        var took = await Load.RunAsync(
            orders.All,
            Clients,
            async order =>
            {
                // One in three insists with a key, one without, and one gives up at the first failure.
                var key = order.Number % 3 == 0 ? Guid.NewGuid().ToString() : null;
                var patience = order.Number % 3 == 2 ? TimeSpan.Zero : TimeSpan.FromSeconds(30);
                if (!await orders.PlaceAsync(order, tally, patience, ct, key))
                {
                    Interlocked.Increment(ref refused);
                }

                await killing.JobDoneAsync(ct);
            },
            ct);

        await killing.FinishAsync();
        var findings = await orders.Audit.SettleAsync(trial.Patience, ct);
        return
        [
            new("kills of Order", $"{killing.Happened}", $"{kills}", killing.Happened == kills),
            .. Orders.Verdict(findings, tally),
            new("mails sent twice under one Message-ID", $"{findings.Repeats}", "0: Jobs did not die", findings.Repeats == 0),
            Row.Told("orders there, orders given up by clients", $"{findings.Orders} of {orders.Count}, {refused}; {tally.Kinds}; load {took.TotalSeconds:F0} s, rest {findings.Took.TotalSeconds:F0} s"),
        ];
    }
}
