using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Conversion from type to type, by <c>$convert</c> and its short forms.</summary>
internal static class Conversions
{
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
        BsonSymbol symbol => symbol.Name,
        BsonJavaScriptWithScope => throw Failure.Located(code, "can't convert from BSON type javascriptWithScope to String"),
        BsonJavaScript script => script.Code,
        BsonTimestamp => throw Failure.NotSupported("a timestamp as text"),
        BsonDateTime or { IsNumeric: true } => ((BsonString)Convert(value, BsonType.String)).Value,
        _ => throw Failure.Located(code, $"can't convert from BSON type {Failure.TypeName(value)} to String"),
    };

    private static KeyValuePair<string, OperatorParse> Short(string name, BsonType type) =>
        Operators.Of(name, 1, 1, 50723, (values, _) => Expression.IsNullish(values[0]) ? BsonNull.Value : Convert(values[0]!, type));

    private static Special ParseConvert(BsonValue argument, Names names)
    {
        var named = Operators.Named("$convert", argument, 9, 9, "input", "to", "onError", "onNull");
        var input = Operators.Required(named, "$convert", "input", 9, names);
        var to = Operators.Required(named, "$convert", "to", 9, names);
        var onError = Operators.Optional(named, "onError", names);
        var onNull = Operators.Optional(named, "onNull", names);

        return new(scope =>
        {
            var (given, value) = (to.Evaluate(scope), input.Evaluate(scope));
            var type = Expression.IsNullish(given) ? (BsonType?)null : TargetOf(given!);

            if (Expression.IsNullish(value))
            {
                return onNull is null ? BsonNull.Value : onNull.Evaluate(scope);
            }

            try
            {
                return type is { } known ? Convert(value!, known) : BsonNull.Value;
            }
            catch (MongoError failure) when (failure.Code == 241 && onError is not null)
            {
                return onError.Evaluate(scope);
            }
        });
    }

    private static BsonType TargetOf(BsonValue to) => to switch
    {
        BsonString { Value: "missing" or "dbPointer" } => BsonType.EndOfDocument,
        BsonString => TypeNames.ParseOne(to),
        { IsNumeric: true } when Number.TryToLong(to, out var code) => code is 0 or 12 ? BsonType.EndOfDocument
            : code is -1 or 127 or (>= 1 and <= 19) ? TypeNames.ParseOne(to)
            : throw Failure.FailedToParse($"In $convert, numeric value for 'to' does not correspond to a BSON type: {code}"),
        { IsNumeric: true } => throw Failure.FailedToParse("In $convert, numeric 'to' argument is not an integer"),
        _ => throw Failure.FailedToParse($"$convert's 'to' argument must be a string or number, but is {Failure.TypeName(to)}"),
    };

    private static BsonValue Convert(BsonValue value, BsonType type) => type switch
    {
        BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128 or BsonType.String or BsonType.Boolean or BsonType.DateTime
            or BsonType.ObjectId when value.BsonType == type => value,
        BsonType.Int32 => new BsonInt32((int)ToWhole(value, int.MinValue, int.MaxValue, "int")),
        BsonType.Int64 => new BsonInt64(ToWhole(value, long.MinValue, long.MaxValue, "long")),
        BsonType.Double => Number.Real(ToDouble(value)),
        BsonType.Decimal128 => ToDecimal(value),
        BsonType.String => ToStringValue(value),
        BsonType.Boolean => (BsonBoolean)Expression.IsTrue(value),
        BsonType.DateTime => ToDate(value),
        BsonType.ObjectId => value is BsonString { Value: var hex } && ObjectId.TryParse(hex, out var id) ? id
            : throw (value is BsonString ? Failed($"Failed to parse objectId '{value}' in $convert with no onError value") : Unsupported(value, "objectId")),
        _ => throw Unsupported(value, type == BsonType.EndOfDocument ? "missing" : TypeNames.Of(type)),
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
                    : throw NumberText.Unreadable(text.Value);
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
        BsonString text => NumberText.ToDouble(text.Value),
        BsonDecimal128 exact => double.IsFinite(Number.ToDouble(exact)) || !DecimalNumber.From(exact.Value).IsFinite ? Number.ToDouble(exact)
            : throw Failed($"Conversion would overflow target type in $convert with no onError value: {exact}"),
        { IsNumeric: true } => Number.ToDouble(value),
        _ => throw Unsupported(value, "double"),
    };

    private static BsonDecimal128 ToDecimal(BsonValue value) => value switch
    {
        BsonBoolean flag => (BsonDecimal128)(flag.Value ? 1m : 0m),
        BsonDateTime date => DecimalNumber.Whole(date.MillisecondsSinceEpoch).ToBson(),
        BsonString text => NumberText.ToDecimal(text.Value),
        BsonDouble { Value: 0 } zero when double.IsNegative(zero.Value) => new(Decimal128.Parse("-0")),
        { IsNumeric: true } => DecimalNumber.Calculable(value).ToBson(),
        _ => throw Unsupported(value, "decimal"),
    };

    private static string ToStringValue(BsonValue value) => value switch
    {
        BsonBoolean flag => flag.Value ? "true" : "false",
        BsonDateTime date => DateOperators.Format(date, "%Y-%m-%dT%H:%M:%S.%LZ", Zone.Utc),
        BsonObjectId id => id.Value.ToString(),
        BsonInt32 or BsonInt64 => Number.Integer(value).ToString(CultureInfo.InvariantCulture),
        BsonDecimal128 exact => exact.Value.ToString(),
        BsonDouble real => NumberText.Of(real.Value),
        _ => throw Unsupported(value, "string"),
    };

    private static BsonDateTime ToDate(BsonValue value) => value switch
    {
        BsonObjectId id => new(id.Value.CreationTime),
        BsonTimestamp stamp => new((stamp.Value >> 32) * 1000),
        BsonInt64 or BsonDouble or BsonDecimal128 => new(ToWhole(value, long.MinValue, long.MaxValue, "long")),
        BsonString text => DateText.Parse(text.Value, Zone.Utc),
        _ => throw Unsupported(value, "date"),
    };

    private static MongoError Unsupported(BsonValue value, string type) =>
        Failed($"Unsupported conversion from {Failure.TypeName(value)} to {type} in $convert with no onError value");

    public static MongoError Failed(string message) => new(241, "ConversionFailure", message);
}
