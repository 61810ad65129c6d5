using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Http;

namespace Visuels.Orders.Artworks;

/// <summary>Asks Product for cards.</summary>
internal sealed class ProductCardsClient(HttpClient http)
{
    /// <summary>The cards that Product has of at most 50 ids per call.</summary>
    /// <exception cref="DependencyUnavailableException">Product does not answer in time.</exception>
    public async Task<IReadOnlyList<ProductCard>> GetAsync(IEnumerable<ObjectId> ids, CancellationToken ct)
    {
        var answer = await http.AskAsync<ProductCardsResponse>("product (cards)", "api/v1/products/internal/cards", new ProductCardsRequest([.. ids]), ct);
        return [.. answer.Cards.Select(card => card.ToCard())];
    }
}

internal sealed record ProductCardsRequest(IReadOnlyList<ObjectId> Ids);

// A newer Product may tell more than this service reads.
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record ProductCardsResponse(IReadOnlyList<ProductCardItem> Cards);

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Skip)]
internal sealed record ProductCardItem(
    [property: JsonPropertyName("_id")] ObjectId Id,
    long Version,
    ObjectId ArtistId,
    string Title,
    long PriceMinor,
    string Currency,
    string ImageUrl,
    int Editions,
    bool Listed)
{
    public ProductCard ToCard() => new()
    {
        Id = Id,
        Version = Version,
        ArtistId = ArtistId,
        Title = Title,
        PriceMinor = PriceMinor,
        Currency = Currency,
        ImageUrl = ImageUrl,
        Editions = Editions,
        Listed = Listed,
    };
}
