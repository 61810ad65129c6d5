using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders.Reading;

internal static class ReadingEndpoints
{
    public static void MapReading(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/v1/order").WithTags("Orders");
        orders.MapGet("/user", OfBuyer).WithSummary("Lists a buyer's orders")
            .RequireAuthorization(Policies.User).FailsWith(400, ProblemCodes.InvalidQuery);
        orders.MapGet("/artist", OfArtist).WithSummary("Lists an artist's orders")
            .RequireAuthorization(Policies.Artist).FailsWith(400, ProblemCodes.InvalidQuery);
        orders.MapGet("/{id}", One).WithSummary("Shows one order with its history").RequireAuthorization(Policies.Member).FailsWith(404);
    }

    private static async Task<Results<Ok<OrderListResponse>, ProblemHttpResult>> OfBuyer(
        [AsParameters] OrderListQuery query, ClaimsPrincipal user, OrderLists lists, UserCards users, CancellationToken ct)
    {
        var (page, mistake) = query.Parse();
        if (page is null)
        {
            return Problems.InvalidQuery(mistake!);
        }

        var list = await lists.OfBuyerAsync(user.GetUserId(), page, ct);
        return TypedResults.Ok(OrderListResponse.From(list, await users.GetAsync(list.Orders.Select(order => order.Item.ArtistId), ct)));
    }

    private static async Task<Results<Ok<OrderListResponse>, ProblemHttpResult>> OfArtist(
        [AsParameters] OrderListQuery query, ClaimsPrincipal user, OrderLists lists, UserCards users, CancellationToken ct)
    {
        var (page, mistake) = query.Parse();
        if (page is null)
        {
            return Problems.InvalidQuery(mistake!);
        }

        var list = await lists.OfArtistAsync(user.GetUserId(), page, ct);
        return TypedResults.Ok(OrderListResponse.From(list, await users.GetAsync(list.Orders.Select(order => order.UserId), ct)));
    }

    // Someone else's order is 404, not 403: ids must not be probeable.
    private static async Task<Results<Ok<OrderAnswer>, ProblemHttpResult>> One(
        ObjectId id, ClaimsPrincipal user, OrderStore orders, UserCards users, CancellationToken ct) =>
        await orders.FindAsync(id, user.GetUserId(), ct) is { } order
            ? TypedResults.Ok(new OrderAnswer(
                "Order fetched",
                OrderResponse.From(order, await users.GetAsync([order.UserId, order.Item.ArtistId], ct), withHistory: true)))
            : Problems.NotFound("Order not found");
}

internal sealed record OrderAnswer(string Msg, OrderResponse Order);

/// <summary>One page; <c>totalOrder</c> counts all pages.</summary>
internal sealed record OrderListResponse(string Msg, IReadOnlyList<OrderResponse> Order, long TotalOrder, string? NextCursor)
{
    /// <param name="list">The page.</param>
    /// <param name="others">Cards of the other side: a buyer sees artists, an artist sees buyers.</param>
    public static OrderListResponse From(OrderList list, IReadOnlyDictionary<ObjectId, UserCard> others) => new(
        list.Orders.Count > 0 ? "Orders fetched" : "No orders yet",
        [.. list.Orders.Select(order => OrderResponse.From(order, others, withHistory: false))],
        list.Total,
        list.NextCursor);
}
