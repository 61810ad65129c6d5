using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Orders;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>E15: the broker runs out of memory and takes nothing for a while. People order all the same, and hear of it afterwards.</summary>
internal sealed class BrokerAlarm : Experiment
{
    private const double PerSecond = 50;

    public override string Name => "E15";

    public override string What => "the broker's memory alarm while people order";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var orders = await Orders.PrepareAsync(market, trial.Scaled(600, least: 400), ct);
        var tally = new Tally();
        var linesBefore = Lines(market);
        long waiting;
        await market.Broker.Node.SetMemoryAlarmAsync(raised: true, ct);
        try
        {
            await Load.AtRateAsync(orders.All, PerSecond, order => orders.PlaceAsync(order, tally, TimeSpan.Zero, ct), ct);
            waiting = await market.Store["order"].GetCollection<BsonDocument>(OrderStore.Collection)
                .CountDocumentsAsync(Builders<BsonDocument>.Filter.Exists("outbox.pendingAt"), cancellationToken: ct);
        }
        finally
        {
            await market.Broker.Node.SetMemoryAlarmAsync(raised: false, ct);
        }

        var findings = await orders.Audit.SettleAsync(trial.Patience, ct);
        var created = tally.Count(answer => answer.Status == HttpStatusCode.Created);
        var lines = Lines(market) - linesBefore;
        return
        [
            new("orders answered 201 during the alarm", $"{created}; {tally.Kinds}", $"{orders.Count}", created == orders.Count),
            new("p99 of the answers", $"{tally.Percentile(0.99).TotalMilliseconds:F0} ms", "told, not asked", true),
            new("orders whose events waited in the outbox", $"{waiting}", $"{orders.Count}", waiting == orders.Count),
            new("lines of Order's log about it", $"{lines}", "1", lines == 1),
            new("outboxes and queues empty after the alarm", $"{findings.Took.TotalSeconds:F0} s", $"< {trial.Patience.TotalSeconds:F0} s", findings.AreNone),
            .. Orders.Verdict(findings, tally),
        ];
    }

    private static int Lines(Marketplace market)
    {
        using var log = new StreamReader(new FileStream(market.LogOf("order"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        return log.ReadToEnd().Split('\n').Count(line => line.Contains("cannot be published now", StringComparison.Ordinal));
    }
}
