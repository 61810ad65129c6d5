using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Products.Cards;

/// <summary>What other services may ask; the Gateway does not forward it.</summary>
internal static class CardEndpoints
{
    public static void MapCards(this IEndpointRouteBuilder app)
    {
        var cards = app.MapGroup("/api/v1/products/internal").WithTags("Internal").RequireServices("order");
        cards.MapPost("/cards", Many).WithSummary("Tells services the cards of up to 50 artworks");
        cards.MapGet("/{id}", One).WithSummary("Tells services the card of one artwork").FailsWith(404);
    }

    private static async Task<Ok<ProductCardsResponse>> Many(
        ProductCardsRequest request, CardStore store, ProductEvents events, CancellationToken ct) =>
        TypedResults.Ok(new ProductCardsResponse([.. (await store.GetAsync(request.Ids, ct)).Select(product => ProductCardItem.From(product, events))]));

    private static async Task<Results<Ok<ProductCardItem>, ProblemHttpResult>> One(
        ObjectId id, CardStore store, ProductEvents events, CancellationToken ct) =>
        await store.GetAsync([id], ct) is [var product]
            ? TypedResults.Ok(ProductCardItem.From(product, events))
            : Problems.NotFound("There is no such product.");
}
