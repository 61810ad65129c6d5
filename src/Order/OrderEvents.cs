using Visuels.Contracts.Orders;

namespace Visuels.Orders;

/// <summary>What the other services are told.</summary>
internal static class OrderEvents
{
    public static OrderPlaced Placed(Order order) => new(
        OrderId: order.Id.ToString(),
        Version: order.Version,
        BuyerId: order.UserId.ToString(),
        ArtistId: order.Item.ArtistId.ToString(),
        ProductId: order.Item.ProductId.ToString(),
        Title: order.Item.Title,
        ImageUrl: order.Item.Image,
        Quantity: order.Item.Quantity,
        UnitPriceMinor: order.Item.PriceMinor,
        TotalMinor: order.TotalMinor,
        Currency: order.Item.Currency,
        At: order.CreatedAt);

    public static OrderLeftUnanswered LeftUnanswered(Order order, int reminder, DateTimeOffset expiresAt, DateTimeOffset now) => new(
        OrderId: order.Id.ToString(),
        Version: order.Version,
        Reminder: reminder,
        BuyerId: order.UserId.ToString(),
        ArtistId: order.Item.ArtistId.ToString(),
        ProductId: order.Item.ProductId.ToString(),
        Title: order.Item.Title,
        ImageUrl: order.Item.Image,
        Quantity: order.Item.Quantity,
        TotalMinor: order.TotalMinor,
        Currency: order.Item.Currency,
        PlacedAt: order.CreatedAt,
        ExpiresAt: expiresAt,
        At: now);

    /// <param name="order">The order as it was before the move.</param>
    /// <param name="move">The move.</param>
    public static OrderStatusChanged Moved(Order order, OrderMove move) => new(
        OrderId: order.Id.ToString(),
        Version: order.Version + 1,
        Status: move.To.ToString(),
        PreviousStatus: order.Status.ToString(),
        By: move.By,
        Reason: move.Reason,
        BuyerId: order.UserId.ToString(),
        ArtistId: order.Item.ArtistId.ToString(),
        ProductId: order.Item.ProductId.ToString(),
        Title: order.Item.Title,
        ImageUrl: order.Item.Image,
        Quantity: order.Item.Quantity,
        TotalMinor: order.TotalMinor,
        Currency: order.Item.Currency,
        Editions: move.Editions,
        At: move.At);
}
