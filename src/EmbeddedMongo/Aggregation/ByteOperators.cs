using System.Text;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Strings by the bytes of their UTF-8.</summary>
internal static class ByteOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$substr", 3, 3, SubstringOfBytes),
        Operators.Of("$substrBytes", 3, 3, SubstringOfBytes),
        Operators.Of("$strLenBytes", a => Encoding.UTF8.GetByteCount(StringOperators.Text(a, 34473, "$strLenBytes requires a string argument"))),
        Operators.Of("$indexOfBytes", 2, 4, IndexOfBytes),
    ];

    // A length below zero means the rest.
    private static BsonString SubstringOfBytes(BsonValue?[] values)
    {
        var bytes = Encoding.UTF8.GetBytes(Conversions.ToText(values[0], 16007));
        var start = Amount("starting index", values[1], 16034);
        var length = Amount("length", values[2], 16035);

        if (start < 0)
        {
            throw Failure.Located(50752, $"$substrBytes:  starting index must be non-negative (got: {start})");
        }

        var end = length < 0 || length > bytes.Length ? bytes.Length : Math.Min(start, bytes.Length) + length;

        return start >= bytes.Length ? ""
            : IsContinuation(bytes, start) ? throw Failure.Located(28656, "$substrBytes:  Invalid range, starting index is a UTF-8 continuation byte.")
            : IsContinuation(bytes, end) ? throw Failure.Located(28657, "$substrBytes:  Invalid range, ending index is in the middle of a UTF-8 character.")
            : Encoding.UTF8.GetString(bytes.AsSpan((int)start..(int)Math.Min(end, bytes.Length)));
    }

    private static long Amount(string what, BsonValue? value, int code) => value is not { IsNumeric: true }
        ? throw Failure.Located(code, $"$substrBytes:  {what} must be a numeric type (is BSON type {Failure.TypeName(value)})")
        : Number.TryTruncate(value, out var amount) ? amount : throw Failure.NotSupported($"$substrBytes with the {what} {value}");

    private static bool IsContinuation(byte[] bytes, long at) => at < bytes.Length && (bytes[at] & 0xC0) == 0x80;

    private static BsonValue IndexOfBytes(BsonValue?[] values)
    {
        if (Expression.IsNullish(values[0]))
        {
            return BsonNull.Value;
        }

        var text = Encoding.UTF8.GetBytes(StringOperators.Text(values[0], 40091, "$indexOfBytes requires a string as the first argument"));
        var sought = Encoding.UTF8.GetBytes(StringOperators.Text(values[1], 40092, "$indexOfBytes requires a string as the second argument"));
        var start = values.Length > 2 ? StringOperators.Index("$indexOfBytes", values[2]) : 0;
        var end = values.Length > 3 ? Math.Min(StringOperators.Index("$indexOfBytes", values[3]), text.Length) : text.Length;
        var found = start > text.Length || end < start ? -1 : text.AsSpan(start..end).IndexOf(sought);
        return found < 0 ? -1 : start + found;
    }
}
