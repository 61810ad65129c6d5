using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Orders.Artworks;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Orders.Carts;

internal static class CartEndpoints
{
    public static void MapCart(this IEndpointRouteBuilder app)
    {
        var cart = app.MapGroup("/api/v1/order/cart").WithTags("Cart").RequireAuthorization(Policies.User);
        cart.MapGet("/", Get).WithSummary("Shows one's cart");
        cart.MapPut("/items/{productId}", Put).WithSummary("Puts an artwork into the cart").RequireRateLimiting(RateLimits.Write)
            .FailsWith(404)
            .FailsWith(409, OrderProblems.ProductSold, OrderProblems.ProductUnavailable, OrderProblems.NotEnoughEditions, OrderProblems.CartFull);
        cart.MapDelete("/items/{productId}", Remove).WithSummary("Takes an artwork out of the cart").RequireRateLimiting(RateLimits.Write);
        cart.MapDelete("/", Clear).WithSummary("Empties the cart").RequireRateLimiting(RateLimits.Write);
    }

    private static async Task<Ok<CartAnswer>> Get(ClaimsPrincipal user, CartStore carts, CartView view, CancellationToken ct) =>
        TypedResults.Ok(await view.ShowAsync(await carts.FindAsync(user.GetUserId(), ct), ct));

    private static async Task<Results<Ok<CartAnswer>, ProblemHttpResult>> Put(
        ObjectId productId,
        PutCartItemRequest request,
        ClaimsPrincipal user,
        CartStore carts,
        CartView view,
        ProductCards cards,
        SoldEditions sold,
        TimeProvider clock,
        CancellationToken ct)
    {
        var card = (await cards.GetAsync([productId], ct)).GetValueOrDefault(productId);
        var taken = (await sold.CountAsync([productId], ct)).GetValueOrDefault(productId);
        if (ProductCard.ObstacleTo(card, taken, request.Quantity) is { } obstacle)
        {
            return OrderProblems.Of(obstacle);
        }

        var line = CartLine.Of(productId, request.Quantity, request.Requirement, clock.GetUtcNow());
        return await carts.PutAsync(user.GetUserId(), line, ct) is { } cart
            ? TypedResults.Ok(await view.ShowAsync(cart, ct))
            : OrderProblems.Of(OrderProblems.CartFull);
    }

    private static async Task<Ok<CartAnswer>> Remove(
        ObjectId productId, ClaimsPrincipal user, CartStore carts, CartView view, CancellationToken ct) =>
        TypedResults.Ok(await view.ShowAsync(await carts.RemoveAsync(user.GetUserId(), productId, ct), ct));

    private static async Task<Ok<CartAnswer>> Clear(ClaimsPrincipal user, CartStore carts, CartView view, CancellationToken ct)
    {
        await carts.ClearAsync(user.GetUserId(), ct);
        return TypedResults.Ok(await view.ShowAsync(null, ct));
    }
}
