using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.Contracts.Products;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>Events of accounts, artworks and orders, mixed, those of each in sequence. One seed makes one history, save for the ids.</summary>
internal sealed class History
{
    private static readonly DateTimeOffset At = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    private readonly List<(double Place, object Event)> _events = [];
    private readonly Random _random;

    public History(int seed, int users, IReadOnlyList<Work> works, IReadOnlyList<Person> buyers, int orders)
    {
        _random = new Random(seed);
        Users = [.. Enumerable.Range(0, users).Select(_ => ObjectId.GenerateNewId())];
        Works = [.. works.Select(work => work.Id)];
        Orders = [.. Enumerable.Range(0, orders).Select(_ => ObjectId.GenerateNewId())];
        var span = (users * 5) + (works.Count * 4) + (orders * 3);
        for (var number = 0; number < users; number++)
        {
            Add(span, OfUser(Users[number], number));
        }

        for (var number = 0; number < works.Count; number++)
        {
            Add(span, OfWork(works[number], number));
        }

        for (var number = 0; number < orders; number++)
        {
            Add(span, OfOrder(Orders[number], works[number % works.Count], buyers[number % buyers.Count], number));
        }

        Events = [.. _events.OrderBy(e => e.Place).Select(e => new Occurrence(Guid.CreateVersion7(), e.Event))];
    }

    public IReadOnlyList<Occurrence> Events { get; }

    public IReadOnlyList<ObjectId> Users { get; }

    public IReadOnlyList<ObjectId> Works { get; }

    public IReadOnlyList<ObjectId> Orders { get; }

    /// <summary>Every id as documents spell it; the same place means the same thing in another history of this seed.</summary>
    public IEnumerable<string> Ids => Users.Concat(Works).Concat(Orders).Select(id => $"{id}").Concat(Events.Select(e => $"{e.Id:N}"));

    // Somewhere in the history, and some events of others in between.
    private void Add(int span, IEnumerable<object> events)
    {
        var place = _random.NextDouble() * span;
        foreach (var e in events)
        {
            _events.Add((place, e));
            place += _random.NextDouble() * 20;
        }
    }

    private static IEnumerable<object> OfUser(ObjectId id, int number)
    {
        var (email, username) = ($"reader{number}@example.com", $"reader{number}");
        yield return new UserRegistered($"{id}", 1, email, username, "Name 1", Roles.User, At);
        for (var version = 2; version <= 5; version++)
        {
            yield return new UserUpdated($"{id}", version, email, username, $"Name {version}", Roles.User, At);
        }
    }

    private static IEnumerable<object> OfWork(Work work, int number)
    {
        var (id, artist) = ($"{work.Id}", $"{work.Artist.Id}");
        const string Image = "http://localhost/images/rig.webp";
        yield return new ProductListed(id, 1, artist, "Title 1", 1_000, "USD", Image, work.Editions, At);
        yield return new ProductUpdated(id, 2, artist, "Title 2", 2_000, "EUR", Image, work.Editions, At);
        yield return new ProductUpdated(id, 3, artist, "Title 3", 3_000, "USD", Image, work.Editions, At);
        yield return number % 2 == 0
            ? new ProductWithdrawn(id, 4, artist, "Title 3", 3_000, "USD", Image, work.Editions, At)
            : new ProductUpdated(id, 4, artist, "Title 4", 4_000, "USD", Image, work.Editions, At);
    }

    private static IEnumerable<object> OfOrder(ObjectId id, Work work, Person buyer, int number)
    {
        yield return new OrderPlaced($"{id}", 1, $"{buyer.Id}", $"{work.Artist.Id}", $"{work.Id}", "Title", "http://localhost/images/rig.webp", 1, 1_000, 1_000, "USD", At);
        string[] states = (number % 3) switch { 0 => ["VIEWED", "ACCEPTED"], 1 => ["ACCEPTED", "CANCELLED"], _ => ["VIEWED", "REJECTED"] };
        var before = "REQUESTED";
        for (var move = 0; move < states.Length; move++)
        {
            IReadOnlyList<int> editions = states[move] == "ACCEPTED" || before == "ACCEPTED" ? [1] : [];
            yield return new OrderStatusChanged(
                $"{id}", 2 + move, states[move], before, OrderActors.Artist, null, $"{buyer.Id}", $"{work.Artist.Id}", $"{work.Id}", "Title",
                "http://localhost/images/rig.webp", 1, 1_000, "USD", editions, At);
            before = states[move];
        }
    }
}
