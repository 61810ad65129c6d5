using System.Globalization;
using MongoDB.Bson;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Orders.Reading;

/// <summary>Bound as text, so that a bad value gets an answer that names it.</summary>
public sealed class OrderListQuery
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 50;

    /// <summary>Only orders in this state.</summary>
    [OneOf("REQUESTED", "VIEWED", "ACCEPTED", "REJECTED", "CANCELLED")]
    public string? Status { get; init; }

    /// <summary>20 unless told otherwise.</summary>
    [WholeNumber(1, MaxLimit)]
    public string? Limit { get; init; }

    /// <summary>nextCursor of an earlier answer, with the same state.</summary>
    public string? Cursor { get; init; }

    /// <summary>What to read, or a sentence on what is wrong.</summary>
    internal (OrderPage? Page, string? Mistake) Parse()
    {
        if (Status is not null && !Enum.GetNames<OrderStatus>().Contains(Status))
        {
            return (null, $"status must be one of {string.Join(", ", Enum.GetNames<OrderStatus>())}.");
        }

        var limit = DefaultLimit;
        if (Limit is not null
            && !(int.TryParse(Limit, NumberStyles.None, CultureInfo.InvariantCulture, out limit) && limit is >= 1 and <= MaxLimit))
        {
            return (null, $"limit must be 1 to {MaxLimit}.");
        }

        var after = Cursor is null ? null : PageCursor.Decode(Cursor, BsonType.DateTime, BsonType.ObjectId);
        return Cursor is not null && after is null
            ? (null, "cursor is not one that this list gave out.")
            : (new OrderPage(Status is null ? null : Enum.Parse<OrderStatus>(Status), limit, after), null);
    }
}

/// <summary>Which orders to read: after the time and id of the last one that was given out.</summary>
internal sealed record OrderPage(OrderStatus? Status, int Limit, BsonArray? After);
