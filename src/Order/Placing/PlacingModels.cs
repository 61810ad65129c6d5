using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Orders.Placing;

/// <param name="ProductId">The artwork to buy now; without it the whole cart is ordered.</param>
/// <param name="Quantity">Editions, 1 unless told otherwise.</param>
/// <param name="Requirement">Words for the artist.</param>
public sealed record CreateOrderRequest(
    ObjectId? ProductId = null,
    [Range(1, 1000)] int? Quantity = null,
    [StringLength(1000)] string? Requirement = null) : IValidatableObject
{
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ProductId is null && (Quantity is not null || Requirement is not null))
        {
            yield return new ValidationResult("Product is required", [nameof(ProductId)]);
        }
    }
}

/// <summary>One order per artwork, the first of them also by itself, and the lines of the cart that could not be ordered and stay in it.</summary>
internal sealed record CreateOrderResponse(
    string Msg, OrderResponse Order, IReadOnlyList<OrderResponse> Orders, IReadOnlyList<RejectedLine> Rejected);

/// <summary>Why nothing of a cart could be ordered: a problem that tells of each line.</summary>
internal sealed record NothingOrderedProblem(
    string? Type, string? Title, int Status, string Detail, string Code, string Message, string TraceId,
    IReadOnlyDictionary<string, IReadOnlyList<string>>? Errors,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<RejectedLine>? Rejected)
    : ProblemAnswer(Type, Title, Status, Detail, Code, Message, TraceId, Errors);

internal sealed record RejectedLine(ObjectId ProductId, string Code);
