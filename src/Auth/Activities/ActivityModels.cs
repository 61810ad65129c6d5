using Microsoft.AspNetCore.Mvc;
using MongoDB.Bson;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Auth.Activities;

/// <summary>Which part of one's own log.</summary>
public sealed class ActivityQuery
{
    private const int Usual = 20;
    private const int Most = 100;

    /// <summary>1 to 100.</summary>
    [FromQuery(Name = "limit"), WholeNumber(1, Most)]
    public int? Limit { get; init; }

    /// <summary>nextCursor of an earlier answer.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    internal int Size => Limit ?? Usual;

    internal (DateTimeOffset At, ObjectId Id)? After =>
        !string.IsNullOrEmpty(Cursor) && PageCursor.Decode(Cursor, BsonType.DateTime, BsonType.ObjectId) is [var at, var id]
            ? (new DateTimeOffset(at.ToUniversalTime(), TimeSpan.Zero), id.AsObjectId)
            : null;

    internal string? Problem() => this switch
    {
        { Limit: < 1 or > Most } => $"limit is 1 to {Most}.",
        { Cursor.Length: > 0, After: null } => "cursor is not one of this list.",
        _ => null,
    };
}

/// <summary>Answer of <c>GET /me/activity</c>, newest first.</summary>
public sealed record ActivityResponse(IReadOnlyList<ActivityItem> Activity, string? NextCursor);

/// <summary>One thing that happened to the account.</summary>
/// <param name="At">When.</param>
/// <param name="Kind">What.</param>
/// <param name="Detail">More about it, if there is more.</param>
/// <param name="Device">With what; null for what the operator did.</param>
/// <param name="Network">From where, without the end of the address; null for what the operator did.</param>
public sealed record ActivityItem(DateTimeOffset At, string Kind, string? Detail, string? Device, string? Network)
{
    internal static ActivityItem From(ActivityEntry entry) => new(entry.At, entry.Kind, entry.Detail, entry.Device, entry.Network);
}
