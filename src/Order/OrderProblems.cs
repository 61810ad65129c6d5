using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Orders;

/// <summary>Why an artwork cannot be ordered, or an order cannot move.</summary>
internal static class OrderProblems
{
    public const string NotFound = ProblemCodes.NotFound;
    public const string ProductSold = "product_sold";
    public const string ProductUnavailable = "product_unavailable";
    public const string NotEnoughEditions = "not_enough_editions";
    public const string AlreadyOrdered = "already_ordered";
    public const string CartEmpty = "cart_empty";
    public const string CartFull = "cart_full";
    public const string NothingToOrder = "nothing_to_order";
    public const string IllegalTransition = "illegal_transition";
    public const string IdempotencyKeyReused = "idempotency_key_reused";
    public const string RequestInProgress = "request_in_progress";

    public static ProblemHttpResult Of(string code) => code == NotFound
        ? Problems.NotFound("There is no such artwork.")
        : Problems.Conflict(code, MessageOf(code));

    public static string MessageOf(string code) => code switch
    {
        ProductSold => "This artwork is sold.",
        NotFound or ProductUnavailable => "This artwork is no longer offered.",
        NotEnoughEditions => "There are not that many editions left.",
        AlreadyOrdered => "You have an open order for this artwork already.",
        CartEmpty => "Your cart is empty.",
        CartFull => $"A cart holds {Carts.Cart.MaxLines} artworks at most.",
        IllegalTransition => "The order cannot move to this status now.",
        _ => "Nothing of this can be ordered now.",
    };
}
