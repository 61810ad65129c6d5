using System.Diagnostics;
using System.Net;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>E17: two instances of every service, and then one. What one had begun the other ends; what both begin happens once.</summary>
internal sealed class TwoInstances : Experiment
{
    private const int Clients = 24;
    private const int AskersPerWork = 5;

    // Relays and consumers at the longest; a mail's lease is asked for below.
    private static readonly TimeSpan TakenOverWithin = TimeSpan.FromSeconds(30);

    public override string Name => "E17";

    public override string What => "two instances of each service, then kill -9 of one of each";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var seconds = Marketplace.Names.ToDictionary(service => service, market.Second);
        foreach (var second in seconds.Values)
        {
            second.Start();
        }

        await Task.WhenAll(seconds.Values.Select(second => second.ReadyAsync(ct)));
        Uri[] orderApis = [market["order"].Address, seconds["order"].Address];

        var artists = await market.People.AddAsync(10, Roles.Artist, ct);
        var works = await market.Works.AddAsync(trial.Scaled(100, least: 10), artists, editions: 1, ct);
        var buyers = await market.People.AddAsync(AskersPerWork, Roles.User, ct);
        var audit = new Audit(market, artists);
        var (ordered, accepted) = (new Tally(), new Tally());
        var schedules = await ScheduleRuns.RaceAsync(market, seconds, ct);
        var sinceKill = new Stopwatch();
        using var killing = new Interruptions(trial.Random, 1, works.Count, async () =>
        {
            await Task.WhenAll(Marketplace.Names.Select(service => market[service].KillAsync()));
            sinceKill.Restart();
        });

        await Load.RunAsync(works, Clients / AskersPerWork, SellAsync, ct);
        await killing.FinishAsync();
        var findings = await audit.SettleAsync(trial.Patience, ct);
        var sold = accepted.Count(answer => answer.Status == HttpStatusCode.OK);
        return
        [
            new("instances killed", $"{(sinceKill.IsRunning ? Marketplace.Names.Count : 0)}", $"{Marketplace.Names.Count}", sinceKill.IsRunning),
            new("orders answered 2xx, and what follows from every order", findings.Text, "0 problems", findings.AreNone),
            new("runs of schedules, asked of both at once", $"{schedules.Runs}, {schedules.Overlaps} at the same time", "0 at the same time", schedules.Overlaps == 0),
            new("works sold", $"{sold}", $"at most {works.Count}", sold <= works.Count && sold > 0),
            new("mails by Message-ID", $"{findings.Mails}; repeated {findings.Repeats}", "repeated at most by the 4 in hand", findings.Repeats <= 4),
            new("answers that are 5xx but not 503", $"{ordered.Count(a => a.IsServerError) + accepted.Count(a => a.IsServerError)}", "0", !ordered.Answers.Concat(accepted.Answers).Any(a => a.IsServerError)),
            new("all taken over after the kill", $"{sinceKill.Elapsed.TotalSeconds:F0} s", $"< {TakenOverWithin.TotalSeconds:F0} s and the load", findings.AreNone),
            Row.Told("answers to orders; to acceptances", $"{ordered.Kinds}; {accepted.Kinds}"),
        ];

        // Five people want each work, through both instances, and the artist accepts all of them through both at once.
        async Task SellAsync(Work work)
        {
            var orders = await Task.WhenAll(buyers.Select(async (buyer, number) =>
            {
                var answer = await EitherAsync(number, ordered, at => market.Shop.OrderAsync(buyer, work, ct, at: at));
                if (answer.IsSuccess)
                {
                    audit.Acknowledge(answer.OrderIds);
                }

                return answer;
            }));
            await Task.WhenAll(orders.Where(order => order.IsSuccess).SelectMany(order => order.OrderIds).Select((order, number) =>
                EitherAsync(number, accepted, at => market.Shop.MoveAsync(work.Artist, order, "ACCEPTED", ct, at))));
            await killing.JobDoneAsync(ct);
        }

        // As a balancer would: in turns, and the other where one does not answer.
        Task<Answer> EitherAsync(int number, Tally tally, Func<Uri, Task<Answer>> send)
        {
            var turn = number;
            return Shop.InsistAsync(() => send(orderApis[turn++ % 2]), tally, TimeSpan.FromSeconds(15), ct);
        }
    }
}
