using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>One person who will order one work.</summary>
internal sealed record Wish(int Number, Person Buyer, Work Work);

/// <summary>Many orders, each of another person or for another work, and the audit of what becomes of them.</summary>
internal sealed class Orders
{
    private const int WorkCount = 10;

    private readonly Marketplace _market;

    private Orders(Marketplace market, IReadOnlyList<Wish> all, IReadOnlyList<Person> artists) =>
        (_market, All, Audit) = (market, all, new Audit(market, artists));

    public IReadOnlyList<Wish> All { get; }

    public int Count => All.Count;

    public Audit Audit { get; }

    /// <summary>Adds the people and works that so many orders need. No work sells out.</summary>
    public static async Task<Orders> PrepareAsync(Marketplace market, int count, CancellationToken ct)
    {
        var artists = await market.People.AddAsync(WorkCount, Roles.Artist, ct);
        var works = await market.Works.AddAsync(WorkCount, artists, editions: 1_000, ct);
        var buyers = await market.People.AddAsync((count + WorkCount - 1) / WorkCount, Roles.User, ct);
        var wishes = Enumerable.Range(0, count).Select(number => new Wish(number, buyers[number / WorkCount], works[number % WorkCount]));
        return new Orders(market, [.. wishes], artists);
    }

    /// <summary>Orders, again and again until that succeeds or patience ends, and notes what was acknowledged.</summary>
    /// <returns>Whether it succeeded.</returns>
    public async Task<bool> PlaceAsync(Wish wish, Tally tally, TimeSpan patience, CancellationToken ct, string? key = null, Uri? at = null)
    {
        var answer = await Shop.InsistAsync(() => _market.Shop.OrderAsync(wish.Buyer, wish.Work, ct, key, at), tally, patience, ct);
        if (!answer.IsSuccess)
        {
            return false;
        }

        Audit.Acknowledge(answer.OrderIds);
        return true;
    }

    /// <summary>The rows that every experiment with plain orders has.</summary>
    public static IEnumerable<Row> Verdict(Findings findings, Tally tally) =>
    [
        new("orders answered 2xx, and what follows from every order", findings.Text, "0 problems", findings.AreNone),
        new("mails by Message-ID", $"{findings.Mails}", $"{2 * findings.Orders} = 2 x orders", findings.Mails == 2 * findings.Orders),
        new("answers that are 5xx but not 503", $"{tally.Count(a => a.IsServerError)}", "0", tally.Count(a => a.IsServerError) == 0),
    ];
}
