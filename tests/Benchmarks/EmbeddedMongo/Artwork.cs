using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;

namespace Visuels.Benchmarks.EmbeddedMongo;

/// <summary>A document of about half a kilobyte, shaped as the marketplace's are.</summary>
internal sealed record Artwork
{
    private const int Categories = 20;
    private static readonly string[] AllWords = [.. Enumerable.Range(0, 5000).Select(n => $"word{n}")];
    private static readonly DateTime Start = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    [BsonId]
    public required ObjectId Id { get; init; }

    [BsonElement("title")]
    public required string Title { get; init; }

    [BsonElement("description")]
    public string Description { get; init; } = "";

    [BsonElement("artist")]
    public required ObjectId Artist { get; init; }

    [BsonElement("category")]
    public required string Category { get; init; }

    [BsonElement("listed")]
    public required bool Listed { get; init; }

    [BsonElement("price")]
    public required long Price { get; init; }

    [BsonElement("likes")]
    public required int Likes { get; init; }

    [BsonElement("createdAt")]
    public required DateTime CreatedAt { get; init; }

    /// <summary>The number-th of a collection: one more a second, the categories taking turns in no order.</summary>
    public static Artwork New(int number, Random random) => new()
    {
        Id = IdOf(number),
        Title = Text(random, 5),
        Description = Text(random, 40),
        Artist = IdOf(random.Next(200)),
        Category = AnyCategory(random),
        Listed = true,
        Price = random.Next(1000, 1_000_000),
        Likes = random.Next(500),
        CreatedAt = TimeOf(number),
    };

    public static ObjectId IdOf(int number) => new($"{0x65000000 + number:x8}{number * 2654435761L & 0xFFFFFFFFFF:x10}{number & 0xFFFFFF:x6}");

    public static DateTime TimeOf(int number) => Start.AddSeconds(number);

    public static string AnyCategory(Random random) => $"category-{random.Next(Categories)}";

    // Some words are frequent and most are rare, as in any language.
    public static string Text(Random random, int words)
    {
        var chosen = new string[words];
        for (var i = 0; i < words; i++)
        {
            var at = random.NextDouble();
            chosen[i] = AllWords[(int)(AllWords.Length * at * at)];
        }

        return string.Join(' ', chosen);
    }

    /// <summary>Fills a collection with the first so many.</summary>
    public static async Task FillAsync(IMongoCollection<Artwork> artworks, int count)
    {
        var random = new Random(Settings.Seed);
        foreach (var numbers in Enumerable.Range(0, count).Chunk(5000))
        {
            await artworks.InsertManyAsync(numbers.Select(n => New(n, random)), new InsertManyOptions { IsOrdered = false });
        }
    }
}
