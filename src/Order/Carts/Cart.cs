using MongoDB.Bson;

namespace Visuels.Orders.Carts;

/// <summary>What a buyer means to order, as stored; prices are looked up when it is shown.</summary>
internal sealed class Cart
{
    /// <summary>Also the most artists whose cards an order of the whole cart needs: Auth gives 50 per call.</summary>
    public const int MaxLines = 40;

    /// <summary>The buyer.</summary>
    public required ObjectId Id { get; init; }

    public IReadOnlyList<CartLine> Items { get; init; } = [];
}

internal sealed record CartLine
{
    /// <summary>
    /// Id that the order of this line will have. A line that is ordered twice, by a double click or because a crash left it in the
    /// cart, becomes one order.
    /// </summary>
    public required ObjectId OrderId { get; init; }

    public required ObjectId ProductId { get; init; }

    public required int Quantity { get; init; }

    public string? Requirement { get; init; }

    public required DateTimeOffset AddedAt { get; init; }

    public static CartLine Of(ObjectId product, int quantity, string? requirement, DateTimeOffset now) => new()
    {
        OrderId = ObjectId.GenerateNewId(),
        ProductId = product,
        Quantity = quantity,
        Requirement = string.IsNullOrWhiteSpace(requirement) ? null : requirement.Trim(),
        AddedAt = now,
    };
}
