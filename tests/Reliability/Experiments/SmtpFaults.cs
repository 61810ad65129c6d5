using System.Collections.Concurrent;
using MongoDB.Driver;
using Visuels.Jobs.Ledger;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Reliability.Experiments;

/// <summary>
/// E8: an SMTP server that misbehaves in every way it can, towards some readers or towards everybody. What may pass is delivered, what
/// is refused for good is parked once, and nobody waits for somebody else's trouble.
/// </summary>
internal sealed class SmtpFaults : Experiment
{
    private const int ArtistCount = 5;

    private static readonly TimeSpan AttemptWithin = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan Slack = TimeSpan.FromSeconds(1);
    // The bound on an attempt is what it is in production; only the pauses between attempts are shorter.
    private static readonly (string, string?)[] Jobs =
    [
        ("Smtp__Timeout", null), ("Mail__Lease", null),
        ("Mail__FirstPause", "00:00:00.3"), ("Mail__LongestPause", "00:00:01"), ("Mail__Poll", "00:00:00.3"),
    ];

    private readonly ConcurrentDictionary<string, int> _tries = new();
    private readonly ConcurrentDictionary<string, DateTimeOffset> _hungAt = new();

    public override string Name => "E8";

    public override string What => "SMTP refuses, 421, 4xx, 5xx, hangs, cuts before 250";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        var (market, size) = (trial.Market, trial.Scaled(10, least: 3));
        var artists = await market.People.AddAsync(ArtistCount, Roles.Artist, ct);
        var works = await market.Works.AddAsync(ArtistCount, artists, editions: 1_000, ct);
        var audit = new Audit(market, artists);
        var (hung, grey, busy, cut, refused, others, later) =
            (await PeopleAsync(), await PeopleAsync(), await PeopleAsync(), await PeopleAsync(), await PeopleAsync(), await PeopleAsync(), await PeopleAsync());
        var smtp = market.Smtp;
        var behaviours = new ConcurrentDictionary<string, Func<int, SmtpBehaviour?>>();
        Behave(hung, attempt => attempt == 1 ? SmtpBehaviour.Hang : null);
        Behave(grey, attempt => attempt <= 3 ? SmtpBehaviour.Greylist : null);
        Behave(busy, attempt => attempt <= 2 ? SmtpBehaviour.Busy : null);
        Behave(cut, attempt => attempt == 1 ? SmtpBehaviour.CutAfterData : null);
        Behave(refused, _ => SmtpBehaviour.Refuse);
        smtp.ByRecipient = address => behaviours.TryGetValue(address, out var behave) ? behave(_tries.AddOrUpdate(address, 1, (_, before) => before + 1)) : null;
        await market["jobs"].KillAsync();
        await market["jobs"].StartReadyAsync(ct, Jobs);

        // Those that hang come first; while they do, so long as an attempt may take, everything else happens.
        await OrderAsync(hung);
        await Eventually.Until(() => !_hungAt.IsEmpty, "the first one hangs");
        var since = DateTimeOffset.UtcNow;
        await Task.WhenAll(OrderAsync(grey), OrderAsync(busy), OrderAsync(cut), OrderAsync(refused));
        await OrderAsync(others);
        await SettledAsync([.. grey, .. busy, .. cut, .. refused, .. others]);
        var waited = (await RowsAsync(others)).Max(row => row.SettledAt!.Value - row.CreatedAt);
        var wereHanging = (await RowsAsync(hung)).Count(row => row.State == MailStates.Sending);

        await SettledAsync(hung);
        var outage = await OutageAsync();
        await SettledAsync(later);
        var longest = (await RowsAsync(hung)).Max(row => row.Log[0].At - _hungAt[row.To!]);

        // A start is no reason to try again what was refused for good.
        await market["jobs"].KillAsync();
        await market["jobs"].StartReadyAsync(ct, Jobs);
        await OrderAsync([others[0]], works[1]);
        await Eventually.Until(async () => (await RowsAsync([others[0]])).Count(row => row.State == MailStates.Sent) == 2, "mails are sent after a start");
        var parked = await RowsAsync(refused);
        var triedOnce = parked.Count(row => row is { State: MailStates.Parked, Attempts: 1, Log.Count: 1 } && _tries[row.To!] == 1);
        var retried = await RetryAsync();
        var findings = await audit.SettleAsync(trial.Patience, ct);
        return
        [
            new("mails lost, mails doubled under another id, after all", findings.Text, "0 problems", findings.AreNone),
            new("delivered after 4xx x 3 and 421 x 2", $"{await DeliveredAsync(grey, 4) + await DeliveredAsync(busy, 3)}", $"{2 * size}, none before its last try", await DeliveredAsync(grey, 4) + await DeliveredAsync(busy, 3) == 2 * size),
            new("cut off before 250: came again, under one Message-ID", $"{findings.Repeats}", $"{size}", findings.Repeats == size),
            new("refused with 5xx: tried once and parked, also after a start", $"{triedOnce}", $"{size}", triedOnce == size),
            new("of those, retried by an operator and delivered", $"{retried}", $"{size}", retried == size),
            new($"the longest of {hung.Count} attempts that hang", $"{longest.TotalSeconds:F1} s", $"<= {AttemptWithin.TotalSeconds:F0} s", longest <= AttemptWithin + Slack),
            new("longest wait of mails to others meanwhile", $"{waited.TotalSeconds:F1} s, {wereHanging} hung on", $"<= {AttemptWithin.TotalSeconds:F0} s", waited <= AttemptWithin && wereHanging > 0),
            new("delivered after refused connections, 421 and 554 to all", outage, "all, each met all three", await DeliveredAsync(later, 0) == size),
        ];

        Task<IReadOnlyList<Person>> PeopleAsync() => market.People.AddAsync(size, Roles.User, ct);

        void Behave(IEnumerable<Person> people, Func<int, SmtpBehaviour?> behave)
        {
            foreach (var person in people)
            {
                behaviours[person.Email] = attempt =>
                {
                    var behaviour = behave(attempt);
                    if (behaviour == SmtpBehaviour.Hang)
                    {
                        _hungAt[person.Email] = DateTimeOffset.UtcNow;
                    }

                    return behaviour;
                };
            }
        }

        Task OrderAsync(IReadOnlyList<Person> buyers, Work? work = null) => Load.RunAsync(buyers.Index(), 8, async buyer =>
        {
            var answer = await market.Shop.OrderAsync(buyer.Item, work ?? works[buyer.Index % works.Count], ct);
            audit.Acknowledge(answer.OrderIds);
        }, ct);

        Task<List<Mail>> RowsAsync(IEnumerable<Person> people)
        {
            var ids = people.Select(person => person.Id).ToList();
            return market.Store["jobs"].GetCollection<Mail>("mails").Find(mail => ids.Contains(mail.UserId)).ToListAsync(ct);
        }

        Task SettledAsync(IReadOnlyCollection<Person> people) => Eventually.Until(
            async () => (await RowsAsync(people)).Count(row => row.State is MailStates.Sent or MailStates.Parked) == people.Count,
            $"{people.Count} mails are sent or parked",
            trial.Patience);

        async Task<int> DeliveredAsync(IEnumerable<Person> people, int attempts) =>
            (await RowsAsync(people)).Count(row => row.State == MailStates.Sent && (attempts == 0 || row.Attempts == attempts));

        async Task<string> OutageAsync()
        {
            // Else the first mails would go over connections that are open from before.
            await Eventually.Until(() => smtp.Open == 0, "nothing is under way");
            await smtp.CloseAsync();
            await OrderAsync(later);
            await MetAsync("smtp connection");
            smtp.ByConnection = _ => SmtpBehaviour.Busy;
            smtp.OpenAgain();
            await MetAsync("smtp 421 on connecting");
            smtp.ByConnection = _ => SmtpBehaviour.Closed;
            await MetAsync("smtp 554 on connecting");
            smtp.ByConnection = null;
            return $"{size}";
        }

        Task MetAsync(string error) => Eventually.Until(
            async () => (await RowsAsync(later)) is { } rows && rows.Count == size && rows.All(row => row.Log.Exists(entry => entry.Detail == error)),
            $"all mails met {error}",
            trial.Patience);

        async Task<long> RetryAsync()
        {
            foreach (var person in refused)
            {
                behaviours.TryRemove(person.Email, out _);
            }

            var path = new Uri(market["jobs"].Address, $"internal/mails/retry?template=order-placed&since={since.UtcDateTime:O}");
            await market.Shop.SendAsServiceAsync(HttpMethod.Post, path, "jobs", "jobs", ct);
            await SettledAsync(refused);
            return (await RowsAsync(refused)).Count(row => row is { State: MailStates.Sent, Retries: [{ By: "auth" }] });
        }
    }
}
