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
        Operators.Of("$ceil", a => Unary("$ceil", a, n => Rounding.Round(n, 0, MidpointRounding.ToPositiveInfinity))),
        Operators.Of("$floor", a => Unary("$floor", a, n => Rounding.Round(n, 0, MidpointRounding.ToNegativeInfinity))),
        Operators.Of("$trunc", 1, 2, v => Rounding.Round("$trunc", v, MidpointRounding.ToZero)),
        Operators.Of("$round", 1, 2, v => Rounding.Round("$round", v, MidpointRounding.ToEven)),
        Operators.Of("$sqrt", a => Unary("$sqrt", a, n => n is BsonDecimal128
            ? throw Failure.NotSupported("$sqrt of a decimal")
            : Number.ToDouble(n) < 0 ? throw Failure.Located(28714, "$sqrt's argument must be greater than or equal to 0") : Math.Sqrt(Number.ToDouble(n)))),
        Operators.Of("$exp", a => Unary("$exp", a, n => Real("$exp", n, Math.Exp))),
        Operators.Of("$ln", a => Unary("$ln", a, n => Number.ToDouble(n) <= 0
            ? throw Failure.Located(28766, "$ln's argument must be a positive number, but is " + n) : Real("$ln", n, Math.Log))),
        Operators.Of("$log10", a => Unary("$log10", a, n => Number.ToDouble(n) <= 0
            ? throw Failure.Located(28761, "$log10's argument must be a positive number, but is " + n) : Real("$log10", n, Math.Log10))),
    ];

    /// <summary>A number operator that passes null through and refuses all else.</summary>
    public static BsonValue Unary(string name, BsonValue? value, Func<BsonValue, BsonValue> function) =>
        Expression.IsNullish(value) ? BsonNull.Value
        : value!.IsNumeric ? function(value)
        : throw Failure.Located(28765, $"{name} only supports numeric types, not {Failure.TypeName(value)}");

    private static BsonValue Real(string name, BsonValue value, Func<double, double> function) =>
        value is BsonDecimal128 ? throw Failure.NotSupported($"{name} of a decimal") : function(Number.ToDouble(value));

    private static BsonValue Add(BsonValue?[] values)
    {
        BsonValue sum = (BsonInt32)0;
        var isDate = false;

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            if (value is BsonDateTime && isDate)
            {
                throw Failure.Located(16612, "only one date allowed in an $add expression");
            }

            isDate |= value is BsonDateTime;
            sum = Arithmetic.Add(sum, value switch
            {
                BsonDateTime date => (BsonInt64)date.MillisecondsSinceEpoch,
                { IsNumeric: true } => value,
                _ => throw Failure.TypeMismatch($"$add only supports numeric or date types, not {Failure.TypeName(value)}"),
            });
        }

        return isDate ? ToDate(sum) : sum;
    }

    private static BsonDateTime ToDate(BsonValue milliseconds) =>
        Number.TryTruncate(milliseconds is BsonDouble d ? Math.Round(d.Value) : milliseconds, out var exact)
            ? new(exact)
            : throw Failure.Located(31115, "date overflow");

    private static BsonValue Subtract(BsonValue? a, BsonValue? b)
    {
        if (Expression.IsNullish(a) || Expression.IsNullish(b))
        {
            return BsonNull.Value;
        }

        return (a, b) switch
        {
            (BsonDateTime from, BsonDateTime to) => (BsonInt64)(from.MillisecondsSinceEpoch - to.MillisecondsSinceEpoch),
            (BsonDateTime date, { IsNumeric: true }) => ToDate(Arithmetic.Subtract((BsonInt64)date.MillisecondsSinceEpoch, b)),
            ({ IsNumeric: true }, { IsNumeric: true }) => Arithmetic.Subtract(a, b),
            _ => throw Failure.TypeMismatch($"can't $subtract {Failure.TypeName(b)} from {Failure.TypeName(a)}"),
        };
    }

    private static BsonValue Multiply(BsonValue?[] values)
    {
        BsonValue product = (BsonInt32)1;

        foreach (var value in values)
        {
            if (Expression.IsNullish(value))
            {
                return BsonNull.Value;
            }

            product = value!.IsNumeric
                ? Arithmetic.Multiply(product, value)
                : throw Failure.TypeMismatch($"$multiply only supports numeric types, not {Failure.TypeName(value)}");
        }

        return product;
    }

    private static BsonValue Divide(BsonValue? a, BsonValue? b)
    {
        if (Both("$divide", a, b) is not var (x, y))
        {
            return BsonNull.Value;
        }

        if (Number.Compare(y, (BsonInt32)0) == 0)
        {
            throw Failure.BadValue("can't $divide by zero");
        }

        return x is BsonDecimal128 || y is BsonDecimal128
            ? (DecimalNumber.Calculable(x) / DecimalNumber.Calculable(y)).ToBson()
            : Number.ToDouble(x) / Number.ToDouble(y);
    }

    private static BsonValue Modulo(BsonValue? a, BsonValue? b)
    {
        if (Both("$mod", a, b) is not var (x, y))
        {
            return BsonNull.Value;
        }

        if (Number.Compare(y, (BsonInt32)0) == 0)
        {
            throw Failure.Located(16610, "can't $mod by zero");
        }

        return Arithmetic.Widest(x, y) switch
        {
            BsonType.Decimal128 => (DecimalNumber.Calculable(x) % DecimalNumber.Calculable(y)).ToBson(),
            BsonType.Double => Number.ToDouble(x) % Number.ToDouble(y),
            BsonType.Int64 => (BsonInt64)(Number.Integer(y) == -1 ? 0 : Number.Integer(x) % Number.Integer(y)),
            _ => y.AsInt32 == -1 ? 0 : x.AsInt32 % y.AsInt32,
        };
    }

    private static (BsonValue, BsonValue)? Both(string name, BsonValue? a, BsonValue? b)
    {
        if (Expression.IsNullish(a) || Expression.IsNullish(b))
        {
            return null;
        }

        return a!.IsNumeric && b!.IsNumeric ? (a, b) : throw Failure.TypeMismatch(
            $"{name} only supports numeric types, not {Failure.TypeName(a)} and {Failure.TypeName(b)}");
    }
}
