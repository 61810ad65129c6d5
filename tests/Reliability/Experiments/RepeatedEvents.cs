using MongoDB.Driver;
using Visuels.Jobs.Ledger;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>
/// E11: the same history twice, of different accounts, artworks and orders: once as it happened, once with each event delivered twice and up to
/// 50 places late. What the services make of it is the same, byte for byte.
/// </summary>
internal sealed class RepeatedEvents : Experiment
{
    private const int Window = 50;

    public override string Name => "E11";

    public override string What => "5,000 events, each delivered twice and out of order";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var market = trial.Market;
        var artists = await market.People.AddAsync(5, Roles.Artist, ct);
        var buyers = await market.People.AddAsync(40, Roles.User, ct);
        var seed = trial.Random.Next();
        var orders = trial.Scaled(833, least: 50);
        var works = trial.Scaled(250, least: 15);
        var users = trial.Scaled(300, least: 20);
        var clean = new History(seed, users, await market.Works.AddAsync(works, artists, editions: 3, ct, areKnown: false), buyers, orders);
        var disturbed = new History(seed, users, await market.Works.AddAsync(works, artists, editions: 3, ct, areKnown: false), buyers, orders);
        var mess = disturbed.Events
            .SelectMany((occurrence, place) => new[] { occurrence, occurrence }.Select(copy => (copy, place: place + (trial.Random.NextDouble() * Window))))
            .OrderBy(late => late.place).Select(late => late.copy).ToList();

        await using (var feed = await EventFeed.OpenAsync(market.Broker, ct))
        {
            await feed.PublishAsync(clean.Events, ct);
            await feed.PublishAsync(mess, ct);
        }

        var left = await SettleAsync(market, trial.Patience, ct);
        var names = disturbed.Ids.Zip(clean.Ids).ToDictionary(pair => pair.First, pair => pair.Second);
        var asItWas = await Aftermath.ReadAsync(market, clean, id => id, ct);
        var afterMess = await Aftermath.ReadAsync(market, disturbed, id => names.GetValueOrDefault(id, id), ct);
        var mails = asItWas.Documents["mails of Jobs"].Count;
        // A mail server that is slow to answer may get a mail again, under the same Message-ID.
        var received = market.Smtp.Received.DistinctBy(mail => mail.MessageId).Count();
        return
        [
            new("events, deliveries of the disturbed history", $"{disturbed.Events.Count}, {mess.Count}", $"{orders * 3 + works * 4 + users * 5}, twice as many", mess.Count == 2 * disturbed.Events.Count),
            new("messages and mails left over", left.Count == 0 ? "0" : string.Join("; ", left.Take(3)), "0", left.Count == 0),
            .. asItWas.Documents.Select(kind => Compare(kind.Key, kind.Value, afterMess.Documents[kind.Key])),
            new("mails by SMTP and Message-ID, of both histories", $"{received}", $"{2 * mails}", received == 2 * mails),
        ];
    }

    private static Row Compare(string kind, IReadOnlyList<string> clean, IReadOnlyList<string> disturbed)
    {
        var same = clean.Zip(disturbed).Count(pair => pair.First == pair.Second);
        var holds = clean.Count > 0 && same == clean.Count && disturbed.Count == clean.Count;
        return new($"{kind} that are the same", $"{same} of {disturbed.Count}", $"{clean.Count} of {clean.Count}", holds);
    }

    private static async Task<IReadOnlyList<string>> SettleAsync(Marketplace market, TimeSpan within, CancellationToken ct)
    {
        var end = Environment.TickCount64 + within.TotalMilliseconds;
        while (true)
        {
            var unsent = await market.Store["jobs"].GetCollection<Mail>("mails")
                .CountDocumentsAsync(mail => mail.State == MailStates.Queued || mail.State == MailStates.Sending, cancellationToken: ct);
            var left = await Leftovers.FindAsync(market, ct);
            if (unsent > 0)
            {
                left = [.. left, $"{unsent} mails are not sent"];
            }

            if (left.Count == 0 || Environment.TickCount64 > end)
            {
                return left;
            }

            await Task.Delay(TimeSpan.FromMilliseconds(300), ct);
        }
    }
}
