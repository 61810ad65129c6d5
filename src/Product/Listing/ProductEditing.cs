using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Products.Listing;

/// <summary>Reads, alters and writes a product, again and again until nobody else wrote in between.</summary>
internal sealed class ProductEditing(ListingStore store, ProductEvents events, TimeProvider clock)
{
    private const int MostTries = 20;

    /// <summary>Alters a product so that it is archived.</summary>
    public static ProblemHttpResult? Withdraw(Product product)
    {
        product.Listed = false;
        return null;
    }

    /// <summary>Changes an artist's own product.</summary>
    /// <param name="id">The product.</param>
    /// <param name="artist">Its owner.</param>
    /// <param name="alter">Alters what was read, or says why it cannot be; may be called several times.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>The product as it is now, or why it did not change: 404 when it is missing, archived or someone else's.</returns>
    public async Task<(Product? Product, ProblemHttpResult? Problem)> ChangeAsync(
        ObjectId id, ObjectId artist, Func<Product, ProblemHttpResult?> alter, CancellationToken ct)
    {
        for (var tries = 0; tries < MostTries; tries++)
        {
            if (await store.FindAsync(id, artist, ct) is not { } product)
            {
                return (null, Problems.NotFound("Product not found or unauthorized"));
            }

            if (alter(product) is { } problem)
            {
                return (null, problem);
            }

            var readVersion = product.Version++;
            product.UpdatedAt = clock.GetUtcNow();
            object @event = product.Listed ? events.Updated(product) : events.Withdrawn(product);
            if (await store.TryChangeAsync(product, readVersion, @event, ct))
            {
                return (product, null);
            }
        }

        return (null, Problems.Conflict("conflict", "The product is being changed by others; please try again."));
    }
}
