using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Arithmetic; a null or missing operand makes the result null.</summary>
internal static class ArithmeticOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$add", 0, int.MaxValue, Add),
        Operators.Of("$subtract", Subtract),
        Operators.Of("$multiply", 0, int.MaxValue, Multiply),
        Operators.Of("$divide", Divide),
        Operators.Of("$mod", Modulo),
        Operators.Of("$abs", a => Unary("$abs", a, n => n switch
        {
            BsonInt64 { Value: long.MinValue } => throw Failure.Located(28680, "can't take $abs of long long min"),
            BsonInt32 or BsonInt64 => Number.Wrap(Math.Abs(Number.Integer(n)), n is BsonInt32),
            BsonDecimal128 d => DecimalNumber.From(d.Value) is var x && x.CompareTo(default) < 0 ? (-x).ToBson() : d,
            _ => Math.Abs(n.AsDouble),
        })),
        Operators.Of("$ceil", a => Unary("$ceil", a, n => Rounding.ToWhole("$ceil", n, MidpointRounding.ToPositiveInfinity))),
        Operators.Of("$floor", a => Unary("$floor", a, n => Rounding.ToWhole("$floor", n, MidpointRounding.ToNegativeInfinity))),
        Operators.Of("$trunc", 1, 2, v => Rounding.Round("$trunc", v, MidpointRounding.ToZero)),
        Operators.Of("$round", 1, 2, v => Rounding.Round("$round", v, MidpointRounding.ToEven)),
    ];

    /// <summary>A number operator that passes null through and refuses all else.</summary>
    public static BsonValue Unary(string name, BsonValue? value, Func<BsonValue, BsonValue> function) =>
        Expression.IsNullish(value) ? BsonNull.Value
        : value!.IsNumeric ? function(value)
        : throw Failure.Located(28765, $"{name} only supports numeric types, not {Failure.TypeName(value)}");

    private static BsonValue Add(BsonValue?[] values)
    {
        var sum = new RunningSum();

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            sum.Add(value is BsonDateTime || value!.IsNumeric ? value
                : throw Failure.TypeMismatch($"$add only supports numeric or date types, not {Failure.TypeName(value)}"));
        }

        return sum.Result;
    }

    private static BsonValue Subtract(BsonValue? a, BsonValue? b)
    {
        if (Expression.IsNullish(a) || Expression.IsNullish(b))
        {
            return BsonNull.Value;
        }

        return (a, b) switch
        {
            (BsonDateTime from, BsonDateTime to) => (BsonInt64)(from.MillisecondsSinceEpoch - to.MillisecondsSinceEpoch),
            (BsonDateTime date, { IsNumeric: true }) => Earlier(date, b),
            ({ IsNumeric: true }, { IsNumeric: true }) => Arithmetic.Subtract(a, b),
            _ => throw Failure.TypeMismatch($"can't $subtract {Failure.TypeName(b)} from {Failure.TypeName(a)}"),
        };
    }

    private static BsonDateTime Earlier(BsonDateTime date, BsonValue by)
    {
        if (by is BsonDouble { Value: var real } && Math.Truncate(real) != Math.Round(real, MidpointRounding.AwayFromZero))
        {
            throw Failure.NotSupported("a date less parts of milliseconds, which versions round differently");
        }

        return Number.TryTruncate(by is BsonDecimal128 ? DecimalNumber.Exactly(by).Round(0, MidpointRounding.ToEven).ToBson() : by, out var less)
            && Arithmetic.Subtract((BsonInt64)date.MillisecondsSinceEpoch, (BsonInt64)less) is BsonInt64 earlier
            ? new(earlier.Value) : throw Failure.NotSupported("a date beyond those of 64 bits");
    }

    // Of ints the product alone decides whether it is an int. One that outgrows a long is that of the factors as doubles, taken one by one.
    private static BsonValue Multiply(BsonValue?[] values)
    {
        BsonValue product = (BsonInt64)1L;
        var (real, areInts) = (1.0, true);

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            if (!value!.IsNumeric)
            {
                throw Failure.TypeMismatch($"$multiply only supports numeric types, not {Failure.TypeName(value)}");
            }

            areInts &= value is BsonInt32;
            real *= Number.ToDouble(value);
            product = Arithmetic.Multiply(product, value) is var next && next is BsonDouble ? Number.Real(real) : next;
        }

        return product is BsonInt64 whole ? Number.Wrap(whole.Value, areInts) : product;
    }

    private static BsonValue Divide(BsonValue? a, BsonValue? b)
    {
        if (Both("$divide", a, b, 14) is not var (x, y))
        {
            return BsonNull.Value;
        }

        if (Number.Compare(y, (BsonInt32)0) == 0)
        {
            throw Failure.BadValue("can't $divide by zero");
        }

        return x is BsonDecimal128 || y is BsonDecimal128
            ? (DecimalNumber.Calculable(x) / DecimalNumber.Calculable(y)).ToBson()
            : Number.Real(Number.ToDouble(x) / Number.ToDouble(y));
    }

    private static BsonValue Modulo(BsonValue? a, BsonValue? b)
    {
        if (Both("$mod", a, b, 16611) is not var (x, y))
        {
            return BsonNull.Value;
        }

        var type = Arithmetic.Widest(x, y);

        if (Number.Compare(y, (BsonInt32)0) == 0)
        {
            throw Failure.Located(type == BsonType.Decimal128 ? 5733415 : 16610, "can't $mod by zero");
        }

        if (type == BsonType.Decimal128)
        {
            return (DecimalNumber.Calculable(x) % DecimalNumber.Calculable(y)).ToBson();
        }

        // A double divisor without a fraction, of a whole number, is taken for the int it could be.
        if (x is BsonDouble || (y is BsonDouble real && !(real.Value == Math.Floor(real.Value) && real.Value is >= int.MinValue and <= int.MaxValue)))
        {
            return Number.Real(Number.ToDouble(x) % Number.ToDouble(y));
        }

        Number.TryTruncate(y, out var divisor);
        return Number.Wrap(divisor == -1 ? 0 : Number.Integer(x) % divisor, x is BsonInt32 && y is not BsonInt64);
    }

    private static (BsonValue, BsonValue)? Both(string name, BsonValue? a, BsonValue? b, int code)
    {
        if ((a?.IsNumeric ?? false) && (b?.IsNumeric ?? false))
        {
            return (a, b);
        }

        return Expression.IsNullish(a) || Expression.IsNullish(b) ? null
            : throw new MongoError(code, code == 14 ? "TypeMismatch" : $"Location{code}",
                $"{name} only supports numeric types, not {Failure.TypeName(a)} and {Failure.TypeName(b)}");
    }
}
