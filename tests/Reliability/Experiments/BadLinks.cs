using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Reliability.Experiments;

/// <summary>E10: every link goes bad in every way, one after the other, while people order through the Gateway.</summary>
internal sealed class BadLinks : Experiment
{
    private const double PerSecond = 20;

    private static readonly TimeSpan Phase = TimeSpan.FromSeconds(1.2);
    private static readonly TimeSpan AnswerWithin = TimeSpan.FromSeconds(10);

    public override string Name => "E10";

    public override string What => "six links slow, narrow, cut, dead and half closed";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        await using var store = new TcpProxy(market.Store.Port);
        await using var broker = new TcpProxy(new Uri(market.Broker.Node.ConnectionString).Port);
        await using var smtp = new TcpProxy(int.Parse(market.Smtp.Port, System.Globalization.CultureInfo.InvariantCulture));
        await using var product = new TcpProxy(market["product"].Address.Port);
        await using var auth = new TcpProxy(market["auth"].Address.Port);
        await using var order = new TcpProxy(market["order"].Address.Port);
        (string Name, TcpProxy Link)[] links =
            [("Order to store", store), ("Order to broker", broker), ("Jobs to SMTP", smtp), ("Order to Product", product), ("Order to Auth", auth), ("Gateway to Order", order)];
        await Task.WhenAll(market["order"].KillAsync(), market["jobs"].KillAsync());
        await Task.WhenAll(
            market["order"].StartReadyAsync(
                ct,
                ("ConnectionStrings__Mongo", StoreProcess.ConnectionStringFor(store.Port)),
                ("ConnectionStrings__RabbitMq", $"amqp://guest:guest@127.0.0.1:{broker.Port}/"),
                ("Services__product", $"http://127.0.0.1:{product.Port}"),
                ("Services__auth", $"http://127.0.0.1:{auth.Port}")),
            market["jobs"].StartReadyAsync(ct, ("Smtp__Port", $"{smtp.Port}"), ("Smtp__Timeout", "00:00:05")),
            market.Gateway.StartReadyAsync(ct, ("Services__order", $"http://127.0.0.1:{order.Port}")));
        await market.ReadyAsync(ct);

        LinkFault[] faults = [LinkFault.Latency, LinkFault.Bandwidth, LinkFault.Cut, LinkFault.Blackhole, LinkFault.HalfClose];
        var phases = trial.Scaled(links.Length * faults.Length, least: links.Length);
        var count = (int)(PerSecond * Phase.TotalSeconds * phases);
        var artists = await market.People.AddAsync(5, Roles.Artist, ct, areKnown: false);
        // Each work and each buyer is new to Order, which must ask Product and Auth.
        var works = await market.Works.AddAsync(count, artists, editions: 1, ct, areKnown: false);
        var buyers = await market.People.AddAsync(count, Roles.User, ct, areKnown: false);
        var (ordering, looking) = (new Tally(), new Tally());
        var audit = new Audit(market, artists);

        var load = Load.AtRateAsync(
            works.Index(),
            PerSecond,
            async work =>
            {
                var answer = await market.Shop.OrderAsync(buyers[work.Index], work.Item, ct, at: market.Gateway.Address);
                ordering.Add(answer);
                if (answer.IsSuccess)
                {
                    audit.Acknowledge(answer.OrderIds);
                }

                looking.Add(await market.Shop.SendAsync(HttpMethod.Get, new Uri(market.Gateway.Address, "products?limit=1"), null, ct));
            },
            ct);
        for (var phase = 0; phase < phases; phase++)
        {
            var link = links[phase % links.Length].Link;
            link.Fault = faults[phase / links.Length];
            await Task.Delay(Phase, ct);
            link.Fault = LinkFault.None;
        }

        await load;
        var findings = await audit.SettleAsync(trial.Patience, ct);
        var hung = ordering.Count(answer => answer.Status is null || answer.Took > AnswerWithin);
        var unseen = links.Where(link => link.Link.Bites == 0).Select(link => link.Name).ToList();
        var seen = looking.Count(answer => answer.IsSuccess);
        var good = ordering.Count(answer => answer.IsSuccess);
        return
        [
            new("links that a fault met", $"{links.Length - unseen.Count}{(unseen.Count > 0 ? $", not {string.Join(", ", unseen)}" : "")}", $"{links.Length}", unseen.Count == 0),
            new("requests that hung longer than 10 s or got no answer", $"{hung} of {count}; slowest {ordering.Percentile(1, _ => true).TotalSeconds:F1} s", "0", hung == 0),
            .. Orders.Verdict(findings, ordering),
            new("looking around, which needs none of these links", $"{seen} of {count}; {looking.Kinds}", $"all {count}", seen == count),
            new("orders answered 2xx", $"{good} of {count}", "> half", good > count / 2),
            Row.Told("mails sent twice, answers", $"{findings.Repeats}; {ordering.Kinds}; rest {findings.Took.TotalSeconds:F0} s"),
        ];
    }
}
