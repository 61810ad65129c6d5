using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Conversion from type to type, by <c>$convert</c> and its short forms.</summary>
internal static class Conversions
{
    private static readonly string[] DateFormats =
    [
        "yyyy-MM-dd", "yyyy-MM-ddTHH:mm", "yyyy-MM-ddTHH:mm:ss", "yyyy-MM-ddTHH:mm:ss.FFF",
        "yyyy-MM-ddTHH:mmK", "yyyy-MM-ddTHH:mm:ssK", "yyyy-MM-ddTHH:mm:ss.FFFK",
    ];

    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$type", a => Failure.TypeName(a)),
        Operators.Of("$isNumber", a => (BsonBoolean)(a?.IsNumeric ?? false)),
        Short("$toInt", BsonType.Int32), Short("$toLong", BsonType.Int64), Short("$toDouble", BsonType.Double),
        Short("$toDecimal", BsonType.Decimal128), Short("$toString", BsonType.String), Short("$toBool", BsonType.Boolean),
        Short("$toDate", BsonType.DateTime), Short("$toObjectId", BsonType.ObjectId),
        Operators.Special("$convert", ParseConvert),
    ];

    /// <summary>A value as the text that string operators see; null and missing are empty.</summary>
    public static string ToText(BsonValue? value, int code) => value switch
    {
        null or BsonNull or BsonUndefined => "",
        BsonString text => text.Value,
        BsonDateTime or { IsNumeric: true } => ((BsonString)Convert(value, BsonType.String)).Value,
        _ => throw Failure.Located(code, $"can't convert from BSON type {Failure.TypeName(value)} to String"),
    };

    private static KeyValuePair<string, OperatorParse> Short(string name, BsonType type) =>
        Operators.Of(name, value => Expression.IsNullish(value) ? BsonNull.Value : Convert(value!, type));

    private static Special ParseConvert(BsonValue argument, Names names)
    {
        var named = Operators.Named("$convert", argument, 9, "input", "to", "onError", "onNull");
        var input = Operators.Required(named, "$convert", "input", 9, names);
        var to = Operators.Required(named, "$convert", "to", 9, names);
        var onError = named.Find("onError") is { } error ? ExpressionParser.Parse(error, names) : null;
        var onNull = named.Find("onNull") is { } missing ? ExpressionParser.Parse(missing, names) : null;

        return new(scope =>
        {
            var type = to.Evaluate(scope);
            var value = input.Evaluate(scope);

            if (Expression.IsNullish(value))
            {
                return onNull is null ? BsonNull.Value : onNull.Evaluate(scope);
            }

            if (Expression.IsNullish(type))
            {
                return BsonNull.Value;
            }

            try
            {
                return Convert(value!, TypeNames.ParseOne(type!));
            }
            catch (MongoError failure) when (failure.Code == 241 && onError is not null)
            {
                return onError.Evaluate(scope);
            }
        });
    }

    private static BsonValue Convert(BsonValue value, BsonType type) => value.BsonType == type ? value : type switch
    {
        BsonType.Int32 => new BsonInt32((int)ToWhole(value, int.MinValue, int.MaxValue, "int")),
        BsonType.Int64 => new BsonInt64(ToWhole(value, long.MinValue, long.MaxValue, "long")),
        BsonType.Double => ToDouble(value),
        BsonType.Decimal128 => ToDecimal(value),
        BsonType.String => ToStringValue(value),
        BsonType.Boolean => ToBoolean(value),
        BsonType.DateTime => ToDate(value),
        BsonType.ObjectId => value is BsonString { Value: var hex } && ObjectId.TryParse(hex, out var id) ? id
            : throw (value is BsonString ? Failed($"Failed to parse objectId '{value}' in $convert with no onError value") : Unsupported(value, "objectId")),
        _ => throw Unsupported(value, TypeNames.Of(type)),
    };

    private static long ToWhole(BsonValue value, long least, long most, string type)
    {
        long result;

        switch (value)
        {
            case BsonBoolean flag:
                return flag.Value ? 1 : 0;
            case BsonDateTime date when type == "long":
                return date.MillisecondsSinceEpoch;
            case BsonString text:
                return long.TryParse(text.Value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out result)
                    && result >= least && result <= most
                    ? result
                    : throw Failed($"Failed to parse number '{text.Value}' in $convert with no onError value");
            case { IsNumeric: true }:
                return Number.TryTruncate(value, out result) && result >= least && result <= most
                    ? result
                    : throw Failed($"Conversion would overflow target type in $convert with no onError value: {value}");
            default:
                throw Unsupported(value, type);
        }
    }

    private static double ToDouble(BsonValue value) => value switch
    {
        BsonBoolean flag => flag.Value ? 1 : 0,
        BsonDateTime date => date.MillisecondsSinceEpoch,
        BsonString text => double.TryParse(text.Value, NumberStyles.Float & ~(NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite),
            CultureInfo.InvariantCulture, out var parsed) && double.IsFinite(parsed)
            ? parsed
            : throw Failed($"Failed to parse number '{text.Value}' in $convert with no onError value"),
        { IsNumeric: true } => Number.ToDouble(value),
        _ => throw Unsupported(value, "double"),
    };

    private static BsonDecimal128 ToDecimal(BsonValue value) => value switch
    {
        BsonBoolean flag => (BsonDecimal128)(flag.Value ? 1m : 0m),
        BsonDateTime date => DecimalNumber.Whole(date.MillisecondsSinceEpoch).ToBson(),
        BsonString text => Decimal128.TryParse(text.Value, out var parsed)
            ? new BsonDecimal128(parsed)
            : throw Failed($"Failed to parse number '{text.Value}' in $convert with no onError value"),
        { IsNumeric: true } => DecimalNumber.Calculable(value).ToBson(),
        _ => throw Unsupported(value, "decimal"),
    };

    private static string ToStringValue(BsonValue value) => value switch
    {
        BsonBoolean flag => flag.Value ? "true" : "false",
        BsonDateTime date => DateOperators.Format(date, "%Y-%m-%dT%H:%M:%S.%LZ", TimeSpan.Zero),
        BsonObjectId id => id.Value.ToString(),
        BsonInt32 or BsonInt64 => Number.Integer(value).ToString(CultureInfo.InvariantCulture),
        BsonDecimal128 exact => exact.Value.ToString(),
        // How more digits than these are written has differed between versions.
        BsonDouble real => real.Value.ToString("R", CultureInfo.InvariantCulture) is { Length: <= 16 } text && !text.Contains('E') && double.IsFinite(real.Value)
            ? text : throw Failure.NotSupported($"$toString of the double {real}"),
        _ => throw Unsupported(value, "string"),
    };

    private static BsonBoolean ToBoolean(BsonValue value) => value is { IsNumeric: true } or BsonString or BsonDateTime or BsonObjectId
        ? Expression.IsTrue(value) : throw Unsupported(value, "bool");

    private static BsonDateTime ToDate(BsonValue value) => value switch
    {
        BsonObjectId id => new(id.Value.CreationTime),
        BsonTimestamp stamp => new((stamp.Value >> 32) * 1000),
        BsonInt64 or BsonDouble or BsonDecimal128 => new(ToWhole(value, long.MinValue, long.MaxValue, "long")),
        BsonString text => DateTimeOffset.TryParseExact(text.Value, DateFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            ? new(date.ToUnixTimeMilliseconds())
            : throw Failure.NotSupported($"a date written like '{text.Value}'"),
        _ => throw Unsupported(value, "date"),
    };

    private static MongoError Unsupported(BsonValue value, string type) =>
        Failed($"Unsupported conversion from {Failure.TypeName(value)} to {type} in $convert with no onError value");

    private static MongoError Failed(string message) => new(241, "ConversionFailure", message);
}
