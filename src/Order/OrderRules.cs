using Visuels.Contracts.Orders;

namespace Visuels.Orders;

/// <summary>The words of the wire, the events and the store.</summary>
internal enum OrderStatus
{
    REQUESTED,
    VIEWED,
    ACCEPTED,
    REJECTED,
    CANCELLED,
}

internal sealed record HistoryEntry(OrderStatus Status, DateTimeOffset At, string By, string? Reason);

/// <summary>A step from one state to the next. Only an acceptance holds editions.</summary>
internal sealed record OrderMove(OrderStatus To, string By, string? Reason, IReadOnlyList<int> Editions, DateTimeOffset At);

/// <summary>Who may move an order where, and which editions are free.</summary>
internal static class OrderRules
{
    /// <summary>The reason of orders that were turned down because another took the last edition.</summary>
    public const string SoldReason = "sold";

    /// <summary>The reason of orders that were turned down because their artist left them unanswered.</summary>
    public const string ExpiredReason = "expired";

    /// <summary>The reason of orders that ended because their buyer or artist has deleted the account.</summary>
    public const string AccountDeletedReason = "account_deleted";

    public static bool IsOpen(OrderStatus status) => status is OrderStatus.REQUESTED or OrderStatus.VIEWED;

    public static bool Allows(OrderStatus from, OrderStatus to, string actor) => (actor, to) switch
    {
        (OrderActors.Artist, OrderStatus.VIEWED) => from == OrderStatus.REQUESTED,
        (OrderActors.Artist, OrderStatus.ACCEPTED or OrderStatus.REJECTED) => IsOpen(from),
        (OrderActors.Artist, OrderStatus.CANCELLED) => from == OrderStatus.ACCEPTED,
        (OrderActors.Buyer, OrderStatus.CANCELLED) => IsOpen(from),
        (OrderActors.System, OrderStatus.REJECTED or OrderStatus.CANCELLED) => IsOpen(from),
        _ => false,
    };

    /// <summary>The lowest free edition numbers, at most as many as asked for.</summary>
    public static IReadOnlyList<int> FreeEditions(int editionCount, IReadOnlySet<int> taken, int quantity) =>
        [.. Enumerable.Range(1, editionCount).Where(number => !taken.Contains(number)).Take(quantity)];
}
