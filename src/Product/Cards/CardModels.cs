using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Products.Artworks;

namespace Visuels.Products.Cards;

public sealed record ProductCardsRequest([MinLength(1), MaxLength(50)] IReadOnlyList<ObjectId> Ids);

public sealed record ProductCardsResponse(IReadOnlyList<ProductCardItem> Cards);

public sealed record ProductCardItem(
    [property: JsonPropertyName("_id")] ObjectId Id,
    long Version,
    ObjectId ArtistId,
    string Title,
    long PriceMinor,
    string Currency,
    string ImageUrl,
    int Editions,
    bool Listed,
    string Status)
{
    internal static ProductCardItem From(Product product, ProductEvents events) => new(
        product.Id,
        product.Version,
        product.ArtistId,
        product.Title,
        product.Price.Minor,
        product.Price.Currency,
        events.ImageUrlOf(product),
        product.Editions,
        product.Listed,
        product.Status);
}
