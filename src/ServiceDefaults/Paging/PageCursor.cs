using Microsoft.AspNetCore.WebUtilities;
using MongoDB.Bson;
using MongoDB.Bson.Serialization;

namespace Visuels.ServiceDefaults.Paging;

/// <summary>An opaque position in a sorted list: the sort values of the last item that was given out.</summary>
public static class PageCursor
{
    private const int LongestText = 512;

    /// <summary>Makes a cursor.</summary>
    /// <param name="values">The last item's sort values, in sort order, its id last.</param>
    public static string Encode(params BsonValue[] values) =>
        WebEncoders.Base64UrlEncode(new BsonDocument("v", new BsonArray(values)).ToBson());

    /// <summary>Reads a cursor that a client sent back.</summary>
    /// <param name="text">The cursor.</param>
    /// <param name="types">The BSON types that the list's sort values must have; anything else is no cursor of this list.</param>
    /// <returns>The values, or null when it is not a cursor of this list.</returns>
    public static BsonArray? Decode(string text, params BsonType[] types)
    {
        if (text.Length > LongestText)
        {
            return null;
        }

        try
        {
            var document = BsonSerializer.Deserialize<BsonDocument>(WebEncoders.Base64UrlDecode(text));
            return document.ElementCount == 1
                && document.TryGetValue("v", out var value)
                && value is BsonArray values
                && values.Select(item => item.BsonType).SequenceEqual(types)
                ? values
                : null;
        }
        catch (Exception e) when (e is FormatException or BsonException or EndOfStreamException or ArgumentException or OverflowException or IOException)
        {
            return null;
        }
    }
}
