using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using Visuels.Contracts.Orders;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Orders;

/// <summary>One buyer's request for one artwork, as stored. What it says of the artwork is what was so when it was placed.</summary>
internal sealed record Order
{
    public required ObjectId Id { get; init; }

    /// <summary>Grows by one with every move; every move is conditional on it.</summary>
    public required long Version { get; init; }

    public required ObjectId UserId { get; init; }

    public required OrderItem Item { get; init; }

    public required long TotalMinor { get; init; }

    public required OrderStatus Status { get; init; }

    public string? Requirement { get; init; }

    /// <summary>True while REQUESTED or VIEWED: a buyer has one open order per artwork.</summary>
    public required bool Open { get; init; }

    /// <summary>True while ACCEPTED: then <see cref="Editions"/> are this order's and nobody else's.</summary>
    public bool Sold { get; init; }

    public IReadOnlyList<int> Editions { get; init; } = [];

    public required IReadOnlyList<HistoryEntry> History { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>How often the artist has been reminded to answer; absent while never.</summary>
    public int? Reminders { get; init; }

    public Outbox Outbox { get; init; } = new();

    /// <summary>A new order, with the event that tells of it.</summary>
    public static Order Place(CartLine line, ObjectId buyer, ProductCard card, DateTimeOffset now)
    {
        var order = new Order
        {
            Id = line.OrderId,
            Version = 1,
            UserId = buyer,
            Item = new OrderItem
            {
                ProductId = card.Id,
                ArtistId = card.ArtistId,
                Title = card.Title,
                Image = card.ImageUrl,
                PriceMinor = card.PriceMinor,
                Currency = card.Currency,
                Quantity = line.Quantity,
                EditionCount = card.Editions,
            },
            TotalMinor = card.PriceMinor * line.Quantity,
            Status = OrderStatus.REQUESTED,
            Requirement = line.Requirement,
            Open = true,
            History = [new HistoryEntry(OrderStatus.REQUESTED, now, OrderActors.Buyer, null)],
            CreatedAt = now,
            UpdatedAt = now,
        };
        return order with { Outbox = Outbox.Holding(now, OrderEvents.Placed(order)) };
    }

    /// <summary>Whether this is the order of that line, or one that asks for the same.</summary>
    public bool Answers(CartLine line) =>
        Id == line.OrderId || (Item.ProductId == line.ProductId && Item.Quantity == line.Quantity && Requirement == line.Requirement);

    /// <summary>Whether it was turned down because others took the last edition.</summary>
    [BsonIgnore]
    public bool WasSoldToAnother =>
        History[^1] is { Status: OrderStatus.REJECTED, By: OrderActors.System, Reason: OrderRules.SoldReason };
}
