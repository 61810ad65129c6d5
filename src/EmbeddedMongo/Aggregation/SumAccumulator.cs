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
/// The sum of BSON numbers. Whole numbers are summed exactly and doubles with the error of each addition carried along,
/// so that the order of many does not show in the last digits.
/// </summary>
internal sealed class Total
{
    private Int128 _whole;
    private double _real;
    private double _realError;
    private DecimalNumber _decimal;
    private long _count;
    private BsonType _type = BsonType.Int32;

    public BsonValue Sum => _type switch
    {
        BsonType.Decimal128 => AsDecimal.ToBson(),
        BsonType.Int32 when _whole >= int.MinValue && _whole <= int.MaxValue => (int)_whole,
        BsonType.Int32 or BsonType.Int64 when _whole >= long.MinValue && _whole <= long.MaxValue => (BsonInt64)(long)_whole,
        _ => AsDouble,
    };

    public BsonValue Average => _count == 0 ? BsonNull.Value
        : _type == BsonType.Decimal128 ? (AsDecimal / DecimalNumber.Exactly((BsonInt64)_count)).ToBson()
        : AsDouble / _count;

    private double AsDouble
    {
        get
        {
            var (real, error) = (_real, _realError);
            var whole = (double)_whole;
            AddReal(ref real, ref error, whole);
            AddReal(ref real, ref error, (double)(_whole - (Int128)whole));
            return double.IsFinite(real) ? real + error : real;
        }
    }

    private DecimalNumber AsDecimal
    {
        get
        {
            var sum = _decimal + DecimalNumber.Whole(_whole);
            return _real == 0 && _realError == 0 ? sum
                : sum + DecimalNumber.Exactly((BsonDouble)_real) + (double.IsFinite(_realError) ? DecimalNumber.Exactly((BsonDouble)_realError) : default);
        }
    }

    public void Add(BsonValue? value)
    {
        if (value is not { IsNumeric: true })
        {
            return;
        }

        _count++;
        _type = Wider(_type, value.BsonType);

        switch (value)
        {
            case BsonDouble real:
                AddReal(ref _real, ref _realError, real.Value);
                break;
            case BsonDecimal128 exact:
                _decimal += DecimalNumber.From(exact.Value);
                break;
            default:
                _whole += Number.Integer(value);
                break;
        }
    }

    private static BsonType Wider(BsonType a, BsonType b) => Rank(a) >= Rank(b) ? a : b;

    private static int Rank(BsonType type) => type switch
    {
        BsonType.Int32 => 0,
        BsonType.Int64 => 1,
        BsonType.Double => 2,
        _ => 3,
    };

    private static void AddReal(ref double sum, ref double error, double value)
    {
        var next = sum + value;
        var part = next - sum;
        error += sum - (next - part) + (value - part);
        sum = next;
    }
}
