using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MongoDB.Bson;

namespace Visuels.ServiceDefaults.Paging;

/// <summary>Which page to read of a list that is sorted by time and id, newest first.</summary>
/// <typeparam name="TId">ObjectId or string.</typeparam>
/// <param name="Limit">How many items it has at most.</param>
/// <param name="After">Time and id of the last item of the page before; null for the first page.</param>
public sealed record NewestFirst<TId>(int Limit, (DateTimeOffset At, TId Id)? After)
    where TId : notnull
{
    /// <summary>How many items to read: one more than the page has tells whether there is another page.</summary>
    public int Count => Limit + 1;

    /// <summary>Cuts what was read to the page, and makes the cursor of the next one if there is one.</summary>
    /// <typeparam name="TItem">What is listed.</typeparam>
    /// <param name="read">Up to <see cref="Count"/> items.</param>
    /// <param name="place">An item's time and id.</param>
    public (List<TItem> Items, string? NextCursor) Cut<TItem>(IReadOnlyCollection<TItem> read, Func<TItem, (DateTimeOffset At, TId Id)> place)
    {
        var items = read.Take(Limit).ToList();
        if (read.Count <= Limit)
        {
            return (items, null);
        }

        var (at, id) = place(items[^1]);
        return (items, PageCursor.Encode(at.UtcDateTime, BsonValue.Create(id)));
    }
}

/// <summary>Lists that are sorted by time and id, newest first.</summary>
public static class NewestFirst
{
    private const int DefaultLimit = 20;

    /// <summary>Reads what a client asked for.</summary>
    /// <typeparam name="TId">ObjectId or string.</typeparam>
    /// <param name="limit">1 to <paramref name="most"/>; 20 when absent.</param>
    /// <param name="most">The largest page.</param>
    /// <param name="cursor">A cursor of this list; absent for its first page.</param>
    /// <param name="page">The page, when all is well.</param>
    /// <param name="mistake">Else what is wrong, in a sentence.</param>
    public static bool TryRead<TId>(string? limit, int most, string? cursor, [NotNullWhen(true)] out NewestFirst<TId>? page, [NotNullWhen(false)] out string? mistake)
        where TId : notnull
    {
        (page, mistake) = (null, null);
        var count = DefaultLimit;
        if (limit is not null && !(int.TryParse(limit, NumberStyles.None, CultureInfo.InvariantCulture, out count) && count >= 1 && count <= most))
        {
            mistake = $"limit must be a number from 1 to {most}.";
            return false;
        }

        (DateTimeOffset, TId)? after = null;
        if (cursor is not null)
        {
            if (PageCursor.Decode(cursor, BsonType.DateTime, typeof(TId) == typeof(ObjectId) ? BsonType.ObjectId : BsonType.String) is not [var at, var id])
            {
                mistake = "cursor is not one that this list gave out.";
                return false;
            }

            after = (at.ToUniversalTime(), (TId)BsonTypeMapper.MapToDotNetValue(id));
        }

        page = new NewestFirst<TId>(count, after);
        return true;
    }
}
