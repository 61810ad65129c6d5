using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

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
        var count = trial.Scaled(5_000);
        var kills = trial.Scaled(20, least: 2);
        var artists = await market.People.AddAsync(10, Roles.Artist, ct);
        var works = await market.Works.AddAsync(10, artists, 1_000, ct);
        var buyers = await market.People.AddAsync((count + works.Count - 1) / works.Count, Roles.User, ct);
        var audit = new Audit(market, artists);
        var moments = Load.Moments(trial.Random, kills, count);
        var tally = new Tally();
        var (done, refused, killed) = (0, 0, 0);
        using var killing = new SemaphoreSlim(1);

        var took = await Load.RunAsync(
            Enumerable.Range(0, count),
            Clients,
            async number =>
            {
                var (buyer, work) = (buyers[number / works.Count], works[number % works.Count]);
                // One in three insists with a key, one without, and one gives up at the first failure.
                var key = number % 3 == 0 ? Guid.NewGuid().ToString() : null;
                var patience = number % 3 == 2 ? TimeSpan.Zero : TimeSpan.FromSeconds(30);
                var answer = await Shop.InsistAsync(() => market.Shop.OrderAsync(buyer, work, ct, key), tally, patience, ct);
                if (answer.IsSuccess)
                {
                    audit.Acknowledge(answer.OrderIds);
                }
                else
                {
                    Interlocked.Increment(ref refused);
                }

                Interlocked.Increment(ref done);
                await KillIfDueAsync();
            },
            ct);

        await market["order"].ReadyAsync(ct);
        var findings = await audit.SettleAsync(trial.Patience, ct);
        return
        [
            new("kills of Order", $"{killed}", $"{kills}", killed == kills),
            new("orders answered 2xx, and what follows from every order", findings.Text, "0 problems", findings.AreNone),
            new("mails by Message-ID", $"{findings.Mails}", $"{2 * findings.Orders} = 2 x orders", findings.Mails == 2 * findings.Orders),
            new("mails sent twice under one Message-ID", $"{findings.Repeats}", "0: Jobs did not die", findings.Repeats == 0),
            new("answers that are 5xx but not 503", $"{tally.Count(a => a.IsServerError)}", "0", tally.Count(a => a.IsServerError) == 0),
            new("orders, and clients that gave up", $"{findings.Orders} of {count}, {refused}; {tally.Kinds}; {took.TotalSeconds:F0} s + {findings.Took.TotalSeconds:F0} s", "told only", true),
        ];

        async Task KillIfDueAsync()
        {
            if (!await killing.WaitAsync(0, ct))
            {
                return;
            }

            try
            {
                while (moments.TryPeek(out var moment) && moment <= Volatile.Read(ref done) - 1)
                {
                    moments.Dequeue();
                    await market["order"].KillAsync();
                    killed++;
                    await market["order"].StartReadyAsync(ct);
                }
            }
            finally
            {
                killing.Release();
            }
        }
    }
}
