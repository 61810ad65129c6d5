using System.Diagnostics;
using Visuels.Jobs.Ledger;
using Visuels.Reliability.Rig;
using Visuels.Testing;

namespace Visuels.Reliability.Experiments;

/// <summary>
/// E5: two instances of Jobs die in turn, again and again, in the middle of sending. A mail that the server has taken and the ledger
/// does not know of comes again, under its Message-ID; nothing else does, and none is lost.
/// </summary>
internal sealed class MailKills : Experiment
{
    private const int Clients = 16;

    // So many mails are under way in an instance: new ones, and as many that are tried again.
    private static readonly int AtATime = 2 * new MailOptions().Parallelism;

    public override string Name => "E5";

    public override string What => "2,000 mails, kill -9 of Jobs 20 times";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var kills = trial.Scaled(20, least: 2);
        var orders = await Orders.PrepareAsync(market, trial.Scaled(1_000, least: 20), ct);
        var batches = orders.All.Chunk((orders.Count + kills - 1) / kills).ToList();
        var moments = batches.Select(batch => trial.Random.Next(1, 2 * batch.Length * 3 / 4)).ToList();
        var tally = new Tally();
        // Long enough to die in, and a successor does not wait for long.
        market.Smtp.Behaviour = SmtpBehaviour.Slow;
        (string, string?)[] impatient = [("Smtp__Timeout", "00:00:01"), ("Mail__Lease", "00:00:02"), ("Mail__Poll", "00:00:00.5")];
        ServiceProcess[] instances = [market["jobs"], market.Second("jobs")];
        await instances[0].KillAsync();
        foreach (var instance in instances)
        {
            instance.Start(impatient);
        }

        var clock = Stopwatch.StartNew();
        var placed = 0;
        for (var i = 0; i < batches.Count; i++)
        {
            var (victim, batch, moment) = (instances[i % 2], batches[i], 2 * placed + moments[i]);
            await victim.ReadyAsync(ct);
            var placing = Load.RunAsync(batch, Clients, order => orders.PlaceAsync(order, tally, TimeSpan.FromSeconds(30), ct), ct);
            await Eventually.Until(() => market.Smtp.Received.Count >= moment, $"{moment} mails have come in", trial.Patience);
            await victim.KillAsync();
            victim.Start(impatient);
            await placing;
            placed += batch.Length;
        }

        var took = clock.Elapsed;
        var findings = await orders.Audit.SettleAsync(trial.Patience, ct);
        var most = batches.Count * AtATime;
        return
        [
            new("kills of Jobs while it was sending", $"{batches.Count}", $"{kills}", batches.Count == kills),
            .. Orders.Verdict(findings, tally),
            new("mails lost", $"{Math.Max(0, (2 * findings.Orders) - findings.Mails)}", "0", 2 * findings.Orders <= findings.Mails),
            new("mails that came in again, each under its Message-ID", $"{findings.Repeats}", $"<= {most} = kills x {AtATime} at a time", findings.Repeats <= most),
            Row.Told("time", $"kills {took.TotalSeconds:F0} s, rest of the mails {findings.Took.TotalSeconds:F0} s"),
        ];
    }
}
