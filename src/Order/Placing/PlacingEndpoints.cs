using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using MongoDB.Bson;
using Visuels.Orders.Carts;
using Visuels.Orders.Idempotency;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Orders.Placing;

internal static class PlacingEndpoints
{
    private const string Description =
        "With an Idempotency-Key the same request may be sent again for 24 hours: it gets the first answer again, marked Idempotent-Replayed. "
        + "409 request_in_progress while the first is being handled, 422 idempotency_key_reused when the body differs.";

    public static void MapPlacing(this IEndpointRouteBuilder app) => app
        .MapGroup("/api/v1/order").WithTags("Orders").RequireAuthorization(Policies.User)
        .MapPost("/create", Create).WithSummary("Orders one artwork, or all that is in the cart").RequireRateLimiting(RateLimits.Order)
        .WithDescription(Description)
        .Produces<CreateOrderResponse>(StatusCodes.Status201Created)
        .Produces<CreateOrderResponse>()
        .FailsWith(404)
        .FailsWith(new Failure(
            409,
            [
                OrderProblems.ProductSold, OrderProblems.ProductUnavailable, OrderProblems.NotEnoughEditions, OrderProblems.AlreadyOrdered,
                OrderProblems.CartEmpty, OrderProblems.NothingToOrder, OrderProblems.RequestInProgress,
            ],
            typeof(NothingOrderedProblem)))
        .FailsWith(422, OrderProblems.IdempotencyKeyReused);

    private static async Task<IResult> Create(
        CreateOrderRequest request,
        [FromHeader(Name = IdempotentRequests.Header), StringLength(255, MinimumLength = 1), RegularExpression("[ -~]*")] string? key,
        HttpContext http,
        ClaimsPrincipal user,
        OrderPlacing placing,
        CartStore carts,
        IdempotentRequests requests,
        TimeProvider clock,
        CancellationToken ct)
    {
        var (buyer, now) = (user.GetUserId(), clock.GetUtcNow());
        IReadOnlyList<CartLine> lines = request.ProductId is { } product
            ? [CartLine.Of(product, request.Quantity ?? 1, request.Requirement, now)]
            : (await carts.FindAsync(buyer, ct))?.Items ?? [];

        return key is null || Sabotage.Is(Sabotage.IdempotencyOff)
            ? await PlaceAsync(lines, resumed: false)
            : await requests.RunAsync(http, IdempotencyRecord.Of(buyer, key, request, lines, now), PlaceAsync, ct);

        async Task<IResult> PlaceAsync(IReadOnlyList<CartLine> wanted, bool resumed) => request.ProductId is null
            ? await OrderCart(buyer, wanted, resumed, placing, carts, ct)
            : await BuyNow(buyer, wanted, resumed, placing, ct);
    }

    private static async Task<IResult> BuyNow(
        ObjectId buyer, IReadOnlyList<CartLine> lines, bool resumed, OrderPlacing placing, CancellationToken ct)
    {
        var placement = await placing.PlaceAsync(buyer, lines, resumed, ct);
        return placement.Rejected is [var rejected]
            ? OrderProblems.Of(rejected.Code)
            : Answer(placement.Placed, [.. placement.Present.Select(p => p.Order)], placement);
    }

    private static async Task<IResult> OrderCart(
        ObjectId buyer, IReadOnlyList<CartLine> lines, bool resumed, OrderPlacing placing, CartStore carts, CancellationToken ct)
    {
        if (lines.Count == 0)
        {
            return OrderProblems.Of(OrderProblems.CartEmpty);
        }

        var placement = await placing.PlaceAsync(buyer, lines, resumed, ct);

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
        CrashPoints.Reached(CrashPoints.OrderLeftCart);
        return Answer(placement.Placed, [.. done.Select(p => p.Order)], placement);
    }

    private static IResult Answer(IReadOnlyList<Order> placed, IReadOnlyList<Order> present, Placement placement)
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
