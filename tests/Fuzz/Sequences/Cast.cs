using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Fuzz.Rig;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Fuzz.Sequences;

/// <summary>The service and the model do not agree.</summary>
internal sealed class MismatchException(string what) : Exception(what);

/// <summary>An artwork as it ought to be.</summary>
internal sealed record Artwork(string Id, int Artist, int Editions)
{
    public long PriceMinor { get; set; }

    public bool IsListed { get; set; } = true;

    /// <summary>Editions of accepted orders.</summary>
    public int Sold { get; set; }

    public HashSet<int> LikedBy { get; } = [];

    /// <summary>Why so many cannot be ordered.</summary>
    public string? ObstacleTo(int quantity) => Sold >= Editions ? "product_sold"
        : !IsListed ? "product_unavailable"
        : Editions - Sold < quantity ? "not_enough_editions"
        : null;
}

/// <summary>The people of one sequence, two buyers and two artists, and what they share.</summary>
internal sealed class Cast(Market market, Calls calls, IReadOnlyList<Somebody> people)
{
    private const string Waiting = "outbox.pendingAt";

    private static readonly FilterDefinitionBuilder<BsonDocument> Filter = Builders<BsonDocument>.Filter;

    public const int Buyers = 2;
    public const int All = 4;

    public List<Artwork> Artworks { get; } = [];

    public static async Task<Cast> ComeAsync(Market market, Calls calls) =>
        new(market, calls, await market.AddAsync(Roles.User, Roles.User, Roles.Artist, Roles.Artist));

    public Somebody this[int person] => people[person];

    public Calls Calls => calls;

    public static int Buyer(int number) => number % Buyers;

    public static int Artist(int number) => Buyers + (number % Buyers);

    public static int Anybody(int number) => number % All;

    public static bool IsArtist(int person) => person >= Buyers;

    public Artwork? Choose(int number) => Artworks.Count == 0 ? null : Artworks[number % Artworks.Count];

    /// <summary>Sends a request as somebody, and holds the answer's status and code against what the model says.</summary>
    public async Task<Reply> ExpectAsync(
        int person, string service, HttpMethod method, string path, int status, string? code = null, object? body = null, string? key = null)
    {
        var reply = await calls.SendAsync(service, method, path, this[person].Token, body, key);
        return reply.Status == status && (code is null || reply.Code == code)
            ? reply
            : throw new MismatchException($"{method} {path} of person {person} was answered {reply}; the model says {status} {code}");
    }

    public static void Agree<T>(string what, T model, T service)
    {
        if (!EqualityComparer<T>.Default.Equals(model, service))
        {
            throw new MismatchException($"{what}: the model says {model}, the service {service}");
        }
    }

    /// <summary>
    /// Waits until nothing is on its way. An event leaves its document only when all its readers are done, and what they wrote waits in
    /// theirs by then, so that some document always shows what is not finished.
    /// </summary>
    public Task SettleAsync() => Eventually.Until(
        async () => !await WaitsAsync("product", "products", "artistId") && !await WaitsAsync("order", "orders", "userId"), "all events have been read");

    private async Task<bool> WaitsAsync(string service, string collection, string owner) =>
        await market.Database(service).GetCollection<BsonDocument>(collection)
            .Find(Filter.In(owner, people.Select(person => person.Id)) & Filter.Exists(Waiting)).Limit(1).AnyAsync();
}
