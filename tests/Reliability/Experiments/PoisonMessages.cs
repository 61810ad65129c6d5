using System.Text;
using System.Text.RegularExpressions;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Products.Artworks;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Reliability.Experiments;

/// <summary>
/// E16: one in ten of Product's messages cannot be handled, because the document that it concerns is damaged. The others are not held up;
/// the bad ones are shown with their reason, and done once the damage is repaired and an operator retries them.
/// </summary>
internal sealed partial class PoisonMessages : Experiment
{
    private const string Queue = "product-order-status-changed";
    private const int Deliveries = 6;

    public override string Name => "E16";

    public override string What => "1,000 messages of which every tenth is poison";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var count = trial.Scaled(1_000, least: 50);
        var bad = count / 10;
        var artist = (await market.People.AddAsync(1, Roles.Artist, ct))[0];
        var buyers = await market.People.AddAsync(50, Roles.User, ct);
        var works = await market.Works.AddAsync(count, [artist], editions: 1, ct);
        var damaged = works.Where((_, number) => number % 10 == 9).Select(work => work.Id).ToList();
        var products = market.Store["product"].GetCollection<BsonDocument>(Product.Collection);
        var concerned = Builders<BsonDocument>.Filter.In("_id", works.Select(work => work.Id));
        var theDamaged = Builders<BsonDocument>.Filter.In("_id", damaged);
        await products.UpdateManyAsync(theDamaged, Builders<BsonDocument>.Update.Set("sales", "damaged"), cancellationToken: ct);
        Task<long> SoldAsync() => products.CountDocumentsAsync(concerned & Builders<BsonDocument>.Filter.Eq("status", ProductStatus.Sold), cancellationToken: ct);
        Task<uint> DeadAsync() => CountAsync(market, $"{Queue}_error", ct);

        await using (var feed = await EventFeed.OpenAsync(market.Broker, ct))
        {
            await feed.PublishAsync(works.Select((work, number) => new Occurrence(Guid.CreateVersion7(), Accepted(work, buyers[number % buyers.Count]))), ct);
        }

        var settled = await IsSoonAsync(async () => await SoldAsync() == count - bad && await DeadAsync() == bad, trial.Patience);
        var (done, dead) = (await SoldAsync(), await DeadAsync());
        var retries = await RetriesAsync(market, ct);
        // What was looked at goes back a moment later.
        await Eventually.Until(async () => await DeadAsync() == dead, "all dead letters are back");
        var (_, list) = await CommandAsync(market, ct, "list");
        var reason = Reason().Match(list).Groups[1].Value;

        var repaired = Builders<BsonDocument>.Update.Set("sales", new BsonArray());
        await products.UpdateManyAsync(theDamaged, repaired, cancellationToken: ct);
        var (_, retried) = await CommandAsync(market, ct, "retry", Queue, "--all");
        var allDone = await IsSoonAsync(async () => await SoldAsync() == count, trial.Patience);
        return
        [
            new("messages done although others are poison", $"{done}", $"{count - bad}", settled && done == count - bad),
            new("messages in the error queue", $"{dead}", $"{bad}", dead == bad),
            new("deliveries of a bad message", $"at most {retries + 1}", $"at most {Deliveries}", retries >= 0 && retries < Deliveries),
            new("dead-letters list tells why", reason, $"System.FormatException ({bad})", reason == $"System.FormatException ({bad})"),
            new("dead-letters retry, once the damage is repaired", $"{retried}, {await SoldAsync()} done", $"{bad} sent back, {count} done", allDone && retried == $"{bad} sent back"),
            new("messages in the error queue then", $"{await DeadAsync()}", "0", await DeadAsync() == 0),
        ];
    }

    private static OrderStatusChanged Accepted(Work work, Person buyer) => new(
        $"{ObjectId.GenerateNewId()}", 2, "ACCEPTED", "REQUESTED", OrderActors.Artist, null, $"{buyer.Id}", $"{work.Artist.Id}", $"{work.Id}", work.Title,
        "http://localhost/images/rig.webp", 1, 12_000, "USD", [1], DateTimeOffset.UtcNow);

    private static async Task<bool> IsSoonAsync(Func<Task<bool>> condition, TimeSpan within)
    {
        try
        {
            await Eventually.Until(condition, "it is so", within);
            return true;
        }
        catch (TimeoutException)
        {
            return false;
        }
    }

    private static async Task<uint> CountAsync(Marketplace market, string queue, CancellationToken ct) =>
        (await market.Broker.LookAsync(ct)).GetValueOrDefault(queue)?.Messages ?? 0;

    /// <summary>The most often that any dead message was tried again; -1 where none tells.</summary>
    private static async Task<int> RetriesAsync(Marketplace market, CancellationToken ct)
    {
        var most = -1;
        await using var connection = await market.Broker.ConnectAsync(ct);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: ct);
        while (await CountAsync(market, $"{Queue}_error", ct) > 0 && await channel.BasicGetAsync($"{Queue}_error", autoAck: false, ct) is { } message)
        {
            if (message.BasicProperties.Headers?.TryGetValue("MT-Fault-RetryCount", out var value) == true)
            {
                most = Math.Max(most, int.TryParse(value is byte[] text ? Encoding.UTF8.GetString(text) : $"{value}", out var retries) ? retries : -1);
            }
        }

        return most;
    }

    private static Task<(int ExitCode, string Output)> CommandAsync(Marketplace market, CancellationToken ct, params string[] args) => ProgramProcess.RunAsync(
        "Visuels.Jobs.dll",
        ["dead-letters", .. args],
        ct,
        new Dictionary<string, string?> { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["ConnectionStrings__RabbitMq"] = market.Broker.Node.ConnectionString });

    [GeneratedRegex($@"{Queue}_error  \d+  oldest \S+ ago  (.*)")]
    private static partial Regex Reason();
}
