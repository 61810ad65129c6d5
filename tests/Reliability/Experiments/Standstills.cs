using System.Net;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>E9: processes stand still for 10 s, a few at a time, while people look around and order through the Gateway. Then they go on.</summary>
internal sealed class Standstills : Experiment
{
    private const double PerSecond = 25;

    private static readonly TimeSpan Still = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    public override string Name => "E9";

    public override string What => "every process is stopped (SIGSTOP) for 10 s, and goes on";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var still = TimeSpan.FromSeconds(trial.Scaled((int)Still.TotalSeconds, least: 3));
        await market.Gateway.StartReadyAsync(ct);
        // What stands still together is what one request hardly needs at the same time.
        (string Who, Func<string, Task> Signal)[] stops =
        [
            ("Auth, Jobs", signal => EachAsync(signal, ct, market["auth"], market["jobs"])),
            ("Product, Chat", signal => EachAsync(signal, ct, market["product"], market["chat"])),
            ("broker", signal => market.Broker.Node.SignalAsync(signal, ct)),
            ("Order", signal => EachAsync(signal, ct, market["order"])),
            ("store", signal => signal == "STOP" ? market.Store.StopAsync(ct) : market.Store.ContinueAsync(ct)),
        ];
        var orders = await Orders.PrepareAsync(market, (int)(PerSecond * still.TotalSeconds * stops.Length), ct);
        // Nobody has heard of these works and artists: Order must ask Product and Auth.
        var strangers = await market.People.AddAsync(1, Roles.Artist, ct, areKnown: false);
        var unknown = await market.Works.AddAsync(orders.Count, strangers, editions: 1_000, ct, areKnown: false);
        var (ordering, asking, looking) = (new Tally(), new Tally(), new Tally());
        // One audit of all: the same people order from both.
        var audit = new Audit(market, orders.All.Select(wish => wish.Work.Artist).Distinct().Concat(strangers));
        async Task OrderAsync(Person buyer, Work work, Tally tally)
        {
            var answer = await market.Shop.OrderAsync(buyer, work, ct, at: market.Gateway.Address);
            tally.Add(answer);
            if (answer.IsSuccess)
            {
                audit.Acknowledge(answer.OrderIds);
            }
        }

        // Who has never asked Auth for its keys cannot tell a good token from a bad one while Auth stands still.
        foreach (var service in new[] { "order", "chat", "product" })
        {
            var path = service switch { "order" => "api/v1/order/user", "chat" => "api/v1/message/conversations", _ => "api/v1/products" };
            await market.Shop.SendAsync(HttpMethod.Get, new Uri(market[service].Address, path), orders.All[0].Buyer, ct);
        }

        var load = Load.AtRateAsync(
            orders.All,
            PerSecond,
            async wish =>
            {
                await OrderAsync(wish.Buyer, wish.Work, ordering);
                if (wish.Number % 5 == 0)
                {
                    await OrderAsync(wish.Buyer, unknown[wish.Number], asking);
                    looking.Add(await market.Shop.SendAsync(HttpMethod.Get, new Uri(market.Gateway.Address, "products"), null, ct));
                }
            },
            ct);
        foreach (var (_, signal) in stops)
        {
            await signal("STOP");
            await Task.Delay(still, ct);
            await signal("CONT");
        }

        await load;
        var findings = await audit.SettleAsync(trial.Patience, ct);
        var all = new Tally();
        foreach (var answer in ordering.Answers.Concat(asking.Answers).Concat(looking.Answers))
        {
            all.Add(answer);
        }

        var hung = all.Count(answer => answer.Took > AnswerWithin || answer.Status is null);
        var unclear = all.Count(answer => answer.Status == HttpStatusCode.ServiceUnavailable && !answer.HasRetryAfter);
        var good = ordering.Count(answer => answer.IsSuccess);
        return
        [
            new("requests that hung longer than 10 s or got no answer", $"{hung} of {all.Answers.Count}; slowest {all.Percentile(1, _ => true).TotalSeconds:F1} s", "0", hung == 0),
            new("503 without Retry-After", $"{unclear}", "0", unclear == 0),
            .. Orders.Verdict(findings, all),
            // Two of five standstills are of processes that no order needs, and one is the broker's.
            new("orders answered 2xx", $"{good} of {orders.Count}", "> half", good > orders.Count / 2),
            Row.Told("mails sent twice; answers", $"{findings.Repeats}; orders {ordering.Kinds}; asked for {asking.Kinds}; looked {looking.Kinds}"),
        ];
    }

    private static Task EachAsync(string signal, CancellationToken ct, params ServiceProcess[] services) =>
        Task.WhenAll(services.Select(service => signal == "STOP" ? service.StopAsync(ct) : service.ContinueAsync(ct)));
}
