using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Orders.Answering;

internal static class AnsweringEndpoints
{
    public static void MapAnswering(this IEndpointRouteBuilder app)
    {
        var orders = app.MapGroup("/api/v1/order").WithTags("Orders").RequireRateLimiting(RateLimits.Write)
            .FailsWith(404).FailsWith(409, OrderProblems.IllegalTransition, OrderProblems.ProductSold, OrderProblems.NotEnoughEditions);
        orders.MapPatch("/{id}", Answer).WithSummary("Views, accepts or rejects an order").RequireAuthorization(Policies.Artist);
        orders.MapDelete("/{id}/cancel", Cancel).WithSummary("Cancels an order").RequireAuthorization(Policies.Member);
    }

    private static async Task<Results<Ok<MovedResponse>, ProblemHttpResult>> Answer(
        ObjectId id, AnswerOrderRequest request, ClaimsPrincipal user, OrderAnswering answering, CancellationToken ct)
    {
        var reason = string.IsNullOrWhiteSpace(request.Reason) ? null : request.Reason.Trim();
        return Respond(id, "Order updated", await answering.MoveAsync(id, user.GetUserId(), Enum.Parse<OrderStatus>(request.Status), reason, ct));
    }

    private static async Task<Results<Ok<MovedResponse>, ProblemHttpResult>> Cancel(
        ObjectId id, ClaimsPrincipal user, OrderAnswering answering, CancellationToken ct) =>
        Respond(id, "Order cancel successfully", await answering.MoveAsync(id, user.GetUserId(), OrderStatus.CANCELLED, null, ct));

    private static Results<Ok<MovedResponse>, ProblemHttpResult> Respond(ObjectId id, string msg, Moved moved) => moved switch
    {
        { Status: { } status } => TypedResults.Ok(new MovedResponse(msg, id, status)),
        { Obstacle: OrderProblems.NotFound } => Problems.NotFound("Order not found"),
        _ => OrderProblems.Of(moved.Obstacle!),
    };
}

/// <param name="Status">VIEWED, ACCEPTED or REJECTED.</param>
/// <param name="Reason">Words for the buyer.</param>
public sealed record AnswerOrderRequest(
    [Required, AllowedValues("VIEWED", "ACCEPTED", "REJECTED", ErrorMessage = "status must be VIEWED, ACCEPTED or REJECTED.")] string Status,
    [StringLength(500)] string? Reason = null);

internal sealed record MovedResponse(string Msg, ObjectId OrderId, OrderStatus Status);
