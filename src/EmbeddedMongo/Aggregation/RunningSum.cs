using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The sum of <c>$add</c>: from left to right, in the widest type so far. One of the terms may be a date.</summary>
internal sealed class RunningSum
{
    private BsonType _type = BsonType.Int32;
    private bool _isDate;
    private long _whole;
    private double _real;
    private DecimalNumber _exact;

    public BsonValue Result => _isDate ? new BsonDateTime(Milliseconds) : _type switch
    {
        BsonType.Int32 => Number.Wrap(_whole),
        BsonType.Int64 => (BsonInt64)_whole,
        BsonType.Double => _real,
        _ => _exact.ToBson(),
    };

    private long Milliseconds
    {
        get
        {
            var value = _type switch
            {
                BsonType.Double => (BsonDouble)Math.Round(_real, MidpointRounding.AwayFromZero),
                BsonType.Decimal128 => _exact.Round(0, MidpointRounding.ToEven).ToBson(),
                _ => (BsonValue)_whole,
            };
            return Number.TryTruncate(value, out var milliseconds) ? milliseconds : throw new MongoError(15, "Overflow", "date overflow in $add");
        }
    }

    public void Add(BsonValue value)
    {
        var before = _type;

        if (value is BsonDateTime date)
        {
            value = (BsonInt64)date.MillisecondsSinceEpoch;
            _isDate = _isDate ? throw Failure.Located(16612, "only one date allowed in an $add expression") : true;
        }
        else if (Rank(value.BsonType) > Rank(_type))
        {
            _type = value.BsonType;
        }

        if (before != _type)
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

    // Unlike a double that is added to a decimal, one that becomes a decimal keeps all its digits.
    private void Widen(BsonType before)
    {
        if (_type == BsonType.Double)
        {
            _real = _whole;
        }
        else if (_type == BsonType.Decimal128)
        {
            _exact = DecimalNumber.Exactly(before == BsonType.Double ? (BsonDouble)_real : (BsonInt64)_whole);
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
