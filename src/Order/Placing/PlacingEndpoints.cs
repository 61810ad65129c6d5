using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Orders.Placing;

internal static class PlacingEndpoints
{
    public static void MapPlacing(this IEndpointRouteBuilder app) => app
        .MapGroup("/api/v1/order").WithTags("Orders").RequireAuthorization(Policies.User)
        .MapPost("/create", Create).RequireRateLimiting(RateLimits.Order);

    private static Task<Results<Created<CreateOrderResponse>, Ok<CreateOrderResponse>, ProblemHttpResult>> Create(
        CreateOrderRequest request, ClaimsPrincipal user, OrderPlacing placing, CartStore carts, TimeProvider clock, CancellationToken ct) =>
        request.ProductId is { } product
            ? BuyNow(CartLine.Of(product, request.Quantity ?? 1, request.Requirement, clock.GetUtcNow()), user.GetUserId(), placing, ct)
            : OrderCart(user.GetUserId(), placing, carts, ct);

    private static async Task<Results<Created<CreateOrderResponse>, Ok<CreateOrderResponse>, ProblemHttpResult>> BuyNow(
        CartLine line, ObjectId buyer, OrderPlacing placing, CancellationToken ct)
    {
        var placement = await placing.PlaceAsync(buyer, [line], ct);
        return placement switch
        {
            { Rejected: [var rejected] } => OrderProblems.Of(rejected.Code),
            { Present: [var (_, order)] } => Answer([], [order], placement),
            _ => Answer(placement.Placed, [], placement),
        };
    }

    private static async Task<Results<Created<CreateOrderResponse>, Ok<CreateOrderResponse>, ProblemHttpResult>> OrderCart(
        ObjectId buyer, OrderPlacing placing, CartStore carts, CancellationToken ct)
    {
        if (await carts.FindAsync(buyer, ct) is not { Items: { Count: > 0 } lines })
        {
            return OrderProblems.Of(OrderProblems.CartEmpty);
        }

        var placement = await placing.PlaceAsync(buyer, lines, ct);

        // A line that asks for something else than the open order for its piece is not done with that order.
        var done = placement.Present.Where(p => p.Order.Answers(p.Line)).ToList();
        placement = placement with
        {
            Rejected = [.. placement.Rejected, .. placement.Present.Except(done).Select(p => new RejectedLine(p.Line.ProductId, OrderProblems.AlreadyOrdered))],
        };
        List<ObjectId> ordered = [.. placement.Placed.Select(order => order.Id), .. done.Select(p => p.Line.OrderId)];
        if (ordered.Count == 0)
        {
            return NothingOrdered(placement.Rejected);
        }

        await carts.RemoveOrderedAsync(buyer, ordered, ct);
        return Answer(placement.Placed, [.. done.Select(p => p.Order)], placement);
    }

    private static Results<Created<CreateOrderResponse>, Ok<CreateOrderResponse>, ProblemHttpResult> Answer(
        IReadOnlyList<Order> placed, IReadOnlyList<Order> present, Placement placement)
    {
        List<OrderResponse> all = [.. placed.Concat(present).Select(order => OrderResponse.From(order, placement.People, withHistory: false))];
        return placed.Count > 0
            ? TypedResults.Created($"/api/v1/order/{all[0].Id}", new CreateOrderResponse("Order Created", all[0], all, placement.Rejected))
            : TypedResults.Ok(new CreateOrderResponse("Your order has already placed", all[0], all, placement.Rejected));
    }

    private static ProblemHttpResult NothingOrdered(IReadOnlyList<RejectedLine> rejected)
    {
        var code = rejected.Select(line => line.Code).Distinct().Count() == 1 ? rejected[0].Code : OrderProblems.NothingToOrder;
        return TypedResults.Problem(
            detail: OrderProblems.MessageOf(code),
            statusCode: StatusCodes.Status409Conflict,
            extensions: new Dictionary<string, object?> { ["code"] = code, ["rejected"] = rejected });
    }
}
