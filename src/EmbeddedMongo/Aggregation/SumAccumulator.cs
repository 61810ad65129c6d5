using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>A sum in the widest type added; what is no number does not count.</summary>
internal sealed class SumAccumulator : Accumulator
{
    private readonly Total _total = new();

    public override BsonValue Result => _total.Sum;

    public override void Add(BsonValue? value) => _total.Add(value);
}

/// <summary>An average: a double, or a decimal if a decimal was among the numbers; null of none.</summary>
internal sealed class AverageAccumulator : Accumulator
{
    private readonly Total _total = new();

    public override BsonValue Result => _total.Average;

    public override void Add(BsonValue? value) => _total.Add(value);
}

/// <summary>
/// The sum of BSON numbers, in MongoDB's steps, so that the last digits agree: of all but decimals the double nearest to it and what that
/// lacks, of decimals a total of their own.
/// </summary>
internal sealed class Total
{
    private const double TwoTo63 = 9223372036854775808.0;

    private double _sum;
    private double _lack;
    private double _plain; // what infinities and NaN make of it, which the two others are unable to tell
    private DecimalNumber _decimal;
    private long _count;
    private BsonType _type = BsonType.Int32;

    public BsonValue Sum => _type switch
    {
        BsonType.Decimal128 => AsDecimal.ToBson(),
        BsonType.Int32 or BsonType.Int64 when FitsLong => Number.Wrap(AsLong, _type == BsonType.Int32),
        _ => Number.Real(AsDouble),
    };

    public BsonValue Average => _count == 0 ? BsonNull.Value
        : _type == BsonType.Decimal128 ? (AsDecimal / DecimalNumber.Whole(_count)).ToBson()
        : Number.Real(AsDouble / _count);

    private double AsDouble => double.IsNaN(_sum) ? _plain : _sum;

    private DecimalNumber AsDecimal => Rounded(_decimal + (double.IsFinite(_sum)
        ? Rounded(DecimalNumber.Exactly((BsonDouble)_sum) + DecimalNumber.Exactly((BsonDouble)_lack))
        : DecimalNumber.Exactly((BsonDouble)_plain)));

    private bool FitsLong => _sum is > -TwoTo63 and < TwoTo63 || (_sum == TwoTo63 && _lack < -0.5) || (_sum == -TwoTo63 && _lack >= -0.5);

    private long AsLong => _sum == TwoTo63 ? long.MaxValue + ((long)_lack + 1) : (long)_sum + (long)_lack;

    public void Add(BsonValue? value)
    {
        if (value is not { IsNumeric: true })
        {
            return;
        }

        _count++;
        _type = Rank(_type) >= Rank(value.BsonType) ? _type : value.BsonType;

        switch (value)
        {
            case BsonInt32 small:
                AddDouble(small.Value);
                break;
            case BsonInt64 large:
                // In two halves, each of which a double holds exactly.
                var high = large.Value / (1L << 32) * (1L << 32);
                AddDouble(large.Value - high);
                AddDouble(high);
                break;
            case BsonDouble real:
                AddDouble(real.Value);
                break;
            default:
                _decimal = Rounded(_decimal + DecimalNumber.From(value.AsDecimal128));
                break;
        }
    }

    private static int Rank(BsonType type) => type switch
    {
        BsonType.Int32 => 0,
        BsonType.Int64 => 1,
        BsonType.Double => 2,
        _ => 3,
    };

    private static DecimalNumber Rounded(DecimalNumber number) => DecimalNumber.From(number.ToBson().Value);

    private void AddDouble(double value)
    {
        _plain += value;

        // What was lacking so far comes along with the new value, and what the addition loses is lacking then.
        var whole = value + _lack;
        var left = _lack - (whole - value);
        var sum = _sum + whole;
        var before = sum - whole;
        _lack = left + (_sum - before + (whole - (sum - before)));
        _sum = sum;
    }
}
