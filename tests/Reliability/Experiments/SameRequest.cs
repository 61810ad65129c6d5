using System.Net;
using MongoDB.Bson;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>E2: impatient clients send each order five times at once, with an Idempotency-Key and without.</summary>
internal sealed class SameRequest : Experiment
{
    private const int Times = 5;
    private const int BuyersAtOnce = 12;

    public override string Name => "E2";

    public override string What => "300 buyers send the same order 5 times at once, with a key and without";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct) =>
        [.. await RunAsync(trial, withKey: true, ct), .. await RunAsync(trial, withKey: false, ct)];

    private static async Task<IReadOnlyList<Row>> RunAsync(Trial trial, bool withKey, CancellationToken ct)
    {
        var market = trial.Market;
        var artists = await market.People.AddAsync(5, Roles.Artist, ct);
        var works = await market.Works.AddAsync(5, artists, 1_000, ct);
        var buyers = await market.People.AddAsync(trial.Scaled(300), Roles.User, ct);
        var audit = new Audit(market, artists);
        var tally = new Tally();
        var amiss = 0;

        var took = await Load.RunAsync(
            buyers.Select((buyer, number) => (buyer, work: works[number % works.Count])),
            BuyersAtOnce,
            async wish =>
            {
                var key = withKey ? Guid.NewGuid().ToString() : null;
                var answers = await Task.WhenAll(Enumerable.Range(0, Times).Select(_ => OrderAsync(wish.buyer, wish.work, key)));
                if (!(key is null ? IsOneOrder(answers) : IsOneAnswer(answers, await OrderAsync(wish.buyer, wish.work, key))))
                {
                    Interlocked.Increment(ref amiss);
                }
            },
            ct);
        var findings = await audit.SettleAsync(trial.Patience, ct);

        var how = withKey ? "with a key: " : "without: ";
        var failed = tally.Count(answer => answer.Status is null or >= HttpStatusCode.InternalServerError);
        return
        [
            new($"{how}orders", $"{findings.Orders}", $"{buyers.Count}", findings.Orders == buyers.Count),
            new($"{how}mails", $"{findings.Mails}", $"{2 * buyers.Count}", findings.Mails == 2 * buyers.Count),
            new($"{how}{(withKey ? "buyers with another answer than the first, to the byte" : "buyers with answers about several orders")}", $"{amiss}", "0", amiss == 0),
            new($"{how}5xx, or no answer", $"{failed}", "0", failed == 0),
            new($"{how}what follows from every order", findings.Text, "0 problems", findings.AreNone),
            new($"{how}answers", $"{tally.Kinds}; {took.TotalSeconds:F1} s + {findings.Took.TotalSeconds:F1} s", "told only", true),
        ];

        async Task<Answer> OrderAsync(Person buyer, Work work, string? key)
        {
            var answer = await market.Shop.OrderAsync(buyer, work, ct, key);
            tally.Add(answer);
            if (answer.IsSuccess)
            {
                audit.Acknowledge(answer.OrderIds);
            }

            return answer;
        }
    }

    /// <summary>One was handled; every other got its answer, marked as repeated, or was asked to come again.</summary>
    private static bool IsOneAnswer(IReadOnlyCollection<Answer> answers, Answer afterwards)
    {
        var handled = answers.Where(answer => answer is { Status: HttpStatusCode.Created, IsReplayed: false }).ToList();
        return handled is [var first]
            && afterwards is { IsReplayed: true } && afterwards.Body == first.Body && afterwards.Status == first.Status
            && answers.All(answer => answer == first || answer.Code == "request_in_progress"
                || (answer is { Status: HttpStatusCode.Created, IsReplayed: true } && answer.Body == first.Body));
    }

    private static bool IsOneOrder(IReadOnlyCollection<Answer> answers) =>
        answers.All(answer => answer.IsSuccess)
        && answers.Count(answer => answer.Status == HttpStatusCode.Created) == 1
        && answers.SelectMany(answer => answer.OrderIds).Distinct<ObjectId>().Count() == 1;
}
