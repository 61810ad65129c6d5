using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The sum of <c>$add</c>: from left to right, in the widest type so far. One of the terms may be a date.</summary>
internal sealed class RunningSum
{
    private BsonType _type = BsonType.Int32;
    private long? _date;
    private long _whole;
    private double _real;
    private DecimalNumber _exact;

    public BsonValue Result => _date is { } date
        ? Number.TryTruncate(Round(Sum), out var total) && total == date ? new BsonDateTime(date) : throw Failure.NotSupported("a date and parts of milliseconds, which versions round differently")
        : Sum;

    private BsonValue Sum => _type switch
    {
        BsonType.Int32 => Number.Wrap(_whole),
        BsonType.Int64 => (BsonInt64)_whole,
        BsonType.Double => Number.Real(_real),
        _ => _exact.ToBson(),
    };

    public void Add(BsonValue value)
    {
        if (value is BsonDateTime given)
        {
            var before = _date is null ? Sum : throw Failure.Located(16612, "only one date allowed in an $add expression");
            _date = given.MillisecondsSinceEpoch;
            AddToDate(before);
            AddNumber((BsonInt64)given.MillisecondsSinceEpoch, _type);
            return;
        }

        if (_date is not null)
        {
            AddToDate(value);
        }

        AddNumber(value, Rank(value.BsonType) > Rank(_type) ? value.BsonType : _type);
    }

    // Newer versions round each number by itself, older ones their sum.
    private void AddToDate(BsonValue value)
    {
        if (!Number.TryTruncate(Round(value), out var added) || (Int128)_date!.Value + added is var sum && (sum < long.MinValue || sum > long.MaxValue))
        {
            throw new MongoError(15, "Overflow", "date overflow in $add");
        }

        _date += added;
    }

    private static BsonValue Round(BsonValue value) => value switch
    {
        BsonDouble real => Math.Round(real.Value, MidpointRounding.AwayFromZero),
        BsonDecimal128 => DecimalNumber.Exactly(value).Round(0, MidpointRounding.ToEven).ToBson(),
        _ => value,
    };

    private void AddNumber(BsonValue value, BsonType type)
    {
        var before = _type;
        _type = type;

        if (before != type)
        {
            Widen(before);
        }

        switch (_type)
        {
            case BsonType.Int32 or BsonType.Int64:
                AddWhole(Number.Integer(value));
                break;
            case BsonType.Double:
                _real += Number.ToDouble(value);
                break;
            default:
                _exact = DecimalNumber.From((_exact + DecimalNumber.Calculable(value)).ToBson().Value);
                break;
        }
    }

    private void Widen(BsonType before)
    {
        if (_type == BsonType.Double)
        {
            _real = _whole;
        }
        else if (_type == BsonType.Decimal128)
        {
            _exact = DecimalNumber.Exactly(before != BsonType.Double ? (BsonInt64)_whole
                : _real != 0 && double.IsFinite(_real) ? throw Failure.NotSupported("a decimal added to a double, of which versions take more digits or fewer,")
                : (BsonDouble)_real);
        }
    }

    private void AddWhole(long value)
    {
        var sum = (Int128)_whole + value;

        if (sum >= long.MinValue && sum <= long.MaxValue)
        {
            _whole = (long)sum;
            return;
        }

        (_type, _real) = (BsonType.Double, (double)_whole + value);
    }

    private static int Rank(BsonType type) => type switch
    {
        BsonType.Int32 => 0,
        BsonType.Int64 => 1,
        BsonType.Double => 2,
        _ => 3,
    };
}
