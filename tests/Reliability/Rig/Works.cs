using MongoDB.Bson;
using Visuels.Orders.Artworks;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Images;

namespace Visuels.Reliability.Rig;

/// <summary>An artwork on sale.</summary>
internal sealed record Work(ObjectId Id, Person Artist, int Editions)
{
    public string Title => $"Work {Id}";
}

/// <summary>Artworks, written straight into Product's store: decoding pictures is not what is measured.</summary>
internal sealed class Works(Marketplace market)
{
    private static readonly Category Category = new(ObjectId.GenerateNewId(), "Abstract", "abstract");

    private static readonly StoredImage Image = new("rig", "/images/rig.webp", 4, 3, "data:,", "#808080");

    /// <summary>Adds works, the artists taking turns.</summary>
    /// <param name="count">How many.</param>
    /// <param name="artists">Whose they are.</param>
    /// <param name="editions">How many of each can be sold.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="areKnown">Whether Order has their cards already; else it asks Product.</param>
    public async Task<IReadOnlyList<Work>> AddAsync(
        int count, IReadOnlyList<Person> artists, int editions, CancellationToken ct, bool areKnown = true)
    {
        var works = Enumerable.Range(0, count).Select(number => new Work(ObjectId.GenerateNewId(), artists[number % artists.Count], editions)).ToList();
        await market.Store["product"].GetCollection<Product>(Product.Collection).InsertManyAsync(works.Select(ProductOf), cancellationToken: ct);
        if (areKnown)
        {
            await market.Store["order"].GetCollection<ProductCard>("products").InsertManyAsync(works.Select(CardOf), cancellationToken: ct);
        }

        return works;
    }

    private static Product ProductOf(Work work) => new()
    {
        Id = work.Id,
        ArtistId = work.Artist.Id,
        Title = work.Title,
        ShortDescription = work.Title,
        Description = work.Title,
        Price = Price.Of(120, "USD")!,
        Category = Category,
        Images = [Image],
        Editions = work.Editions,
        CreatedAt = DateTimeOffset.UtcNow,
        UpdatedAt = DateTimeOffset.UtcNow,
    };

    private static ProductCard CardOf(Work work) => new()
    {
        Id = work.Id,
        Version = 1,
        ArtistId = work.Artist.Id,
        Title = work.Title,
        PriceMinor = 12_000,
        Currency = "USD",
        ImageUrl = "http://localhost/images/rig.webp",
        Editions = work.Editions,
        Listed = true,
    };
}
