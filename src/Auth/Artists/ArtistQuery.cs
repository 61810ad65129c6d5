using Microsoft.AspNetCore.Mvc;
using MongoDB.Bson;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Auth.Artists;

/// <summary>What the directory of artists may be asked for.</summary>
public sealed class ArtistQuery
{
    private const int Usual = 20;
    private const int Most = 50;
    private const int LongestSearch = 64;

    // Pages are for people; programs that want everything use cursors, which cost the same at any depth.
    private const int Deepest = 10_000;

    /// <summary>Words of names, places, specialities and styles; artists that have any of them.</summary>
    [FromQuery(Name = "q"), AtMost(LongestSearch)]
    public string? Q { get; init; }

    /// <summary>1 and up; instead of a cursor.</summary>
    [FromQuery(Name = "page"), WholeNumber(1, Deepest)]
    public int? Page { get; init; }

    /// <summary>1 to 50.</summary>
    [FromQuery(Name = "limit"), WholeNumber(1, Most)]
    public int? Limit { get; init; }

    /// <summary>nextCursor of an earlier answer, with the same words.</summary>
    [FromQuery(Name = "cursor")]
    public string? Cursor { get; init; }

    internal string? SearchText => string.IsNullOrWhiteSpace(Q) ? null : Q.Trim();

    internal int Size => Limit ?? Usual;

    internal int Skip => ((Page ?? 1) - 1) * Size;

    internal ObjectId? After => string.IsNullOrEmpty(Cursor) ? null : PageCursor.Decode(Cursor, BsonType.ObjectId)?[0].AsObjectId;

    internal string? Problem() => this switch
    {
        { Limit: < 1 or > Most } => $"limit is 1 to {Most}.",
        { Page: < 1 or > Deepest } or { Skip: > Deepest } => "page is 1 or more, and not as deep as this; use cursor.",
        { Page: not null, Cursor.Length: > 0 } => "Use page or cursor, not both.",
        { SearchText.Length: > LongestSearch } => $"q has at most {LongestSearch} characters.",
        { Cursor.Length: > 0, After: null } => "cursor is not one of this list.",
        _ => null,
    };
}
