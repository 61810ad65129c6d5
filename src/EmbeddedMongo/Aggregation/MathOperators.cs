using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Powers, logarithms, angles and bits. Of decimals only what is exact is calculated.</summary>
internal static class MathOperators
{
    public static KeyValuePair<string, OperatorParse>[] All { get; } =
    [
        Operators.Of("$pow", Power),
        Operators.Of("$log", Logarithm),
        Operators.Of("$sqrt", a => ArithmeticOperators.Unary("$sqrt", a, SquareRoot)),
        Real("$exp", Math.Exp, double.NegativeInfinity, double.PositiveInfinity),
        Positive("$ln", 28766, Math.Log),
        Positive("$log10", 28761, Math.Log10),
        Finite("$sin", Math.Sin), Finite("$cos", Math.Cos), Finite("$tan", Math.Tan),
        Real("$asin", Math.Asin, -1, 1), Real("$acos", Math.Acos, -1, 1), Real("$atanh", Math.Atanh, -1, 1),
        Real("$acosh", Math.Acosh, 1, double.PositiveInfinity),
        Real("$atan", Math.Atan), Real("$asinh", Math.Asinh), Real("$sinh", Math.Sinh), Real("$cosh", Math.Cosh), Real("$tanh", Math.Tanh),
        Real("$degreesToRadians", x => x * (Math.PI / 180)), Real("$radiansToDegrees", x => x * (180 / Math.PI)),
        Operators.Of("$atan2", (y, x) => Expression.IsNullish(y) || Expression.IsNullish(x) ? BsonNull.Value
            : Number.Real(Math.Atan2(Angle(y!, 51044), Angle(x!, 51045)))),
        Bits("$bitAnd", -1, (a, b) => a & b), Bits("$bitOr", 0, (a, b) => a | b), Bits("$bitXor", 0, (a, b) => a ^ b),
        Operators.Of("$bitNot", a => ArithmeticOperators.Unary("$bitNot", a, n => n is BsonInt32 or BsonInt64
            ? Number.Wrap(~Number.Integer(n), n is BsonInt32)
            : throw Failure.TypeMismatch($"$bitNot only supports int and long, not: {Failure.TypeName(n)}."))),
        Operators.Special("$rand", (argument, _) => argument is BsonDocument { ElementCount: 0 } or BsonArray { Count: 0 }
            ? new Special(_ => Random.Shared.NextDouble())
            : throw (argument is BsonDocument or BsonArray ? Failure.Located(3040501, "$rand does not currently accept arguments")
                : Failure.Located(10065, "invalid parameter: expected an object ($rand)"))),
    ];

    private static KeyValuePair<string, OperatorParse> Real(
        string name, Func<double, double> function, double least = double.NegativeInfinity, double most = double.PositiveInfinity) =>
        Operators.Of(name, a => ArithmeticOperators.Unary(name, a, n => Calculate(name, n, function, x => x >= least && x <= most)));

    private static KeyValuePair<string, OperatorParse> Finite(string name, Func<double, double> function) =>
        Operators.Of(name, a => ArithmeticOperators.Unary(name, a, n => Calculate(name, n, function, double.IsFinite)));

    private static KeyValuePair<string, OperatorParse> Positive(string name, int code, Func<double, double> function) =>
        Operators.Of(name, a => ArithmeticOperators.Unary(name, a, n => Number.ToDouble(n) <= 0
            ? throw Failure.Located(code, $"{name}'s argument must be a positive number, but is {n}")
            : Calculate(name, n, function, _ => true)));

    private static BsonValue Calculate(string name, BsonValue number, Func<double, double> function, Func<double, bool> isInRange)
    {
        var x = Number.ToDouble(number);

        return double.IsNaN(x) ? number
            : !isInRange(x) ? throw Failure.Located(50989, $"cannot apply {name} to {number}, value is out of range")
            : number is BsonDecimal128 ? throw Failure.NotSupported($"{name} of a decimal")
            : Number.Real(function(x));
    }

    private static double Angle(BsonValue value, int code) => !value.IsNumeric
        ? throw Failure.Located(code, $"$atan2 only supports numeric types, not {Failure.TypeName(value)}")
        : value is BsonDecimal128 ? throw Failure.NotSupported("$atan2 of a decimal") : Number.ToDouble(value);

    private static BsonValue SquareRoot(BsonValue number) => Number.ToDouble(number) < 0
        ? throw Failure.Located(28714, "$sqrt's argument must be greater than or equal to 0")
        : number is BsonDecimal128 exact ? DecimalNumber.From(exact.Value).SquareRoot().ToBson() : Number.Real(Math.Sqrt(Number.ToDouble(number)));

    private static BsonValue Logarithm(BsonValue? number, BsonValue? radix)
    {
        if (Expression.IsNullish(number) || Expression.IsNullish(radix))
        {
            return BsonNull.Value;
        }

        if (!number!.IsNumeric || !radix!.IsNumeric)
        {
            throw number.IsNumeric
                ? Failure.Located(28757, $"$log's base must be numeric, not {Failure.TypeName(radix)}")
                : Failure.Located(28756, $"$log's argument must be numeric, not {Failure.TypeName(number)}");
        }

        var (x, y) = (Number.ToDouble(number), Number.ToDouble(radix));

        return x <= 0 ? throw Failure.Located(28758, $"$log's argument must be a positive number, but is {x}")
            : y is <= 0 or 1 ? throw Failure.Located(28759, $"$log's base must be a positive number not equal to 1, but is {y}")
            : number is BsonDecimal128 || radix is BsonDecimal128 ? throw Failure.NotSupported("$log of a decimal")
            : Math.Log(x) / Math.Log(y);
    }

    private static BsonValue Power(BsonValue? number, BsonValue? exponent)
    {
        if (Expression.IsNullish(number) || Expression.IsNullish(exponent))
        {
            return BsonNull.Value;
        }

        if (!number!.IsNumeric || !exponent!.IsNumeric)
        {
            throw number.IsNumeric
                ? Failure.Located(28763, $"$pow's exponent must be numeric, not {Failure.TypeName(exponent)}")
                : Failure.Located(28762, $"$pow's base must be numeric, not {Failure.TypeName(number)}");
        }

        var (x, y) = (Number.ToDouble(number), Number.ToDouble(exponent));

        if (x == 0 && y < 0)
        {
            throw Failure.Located(28764, "$pow cannot take a base of 0 and a negative exponent");
        }

        return Arithmetic.Widest(number, exponent) switch
        {
            BsonType.Decimal128 => throw Failure.NotSupported("$pow of a decimal"),
            BsonType.Double => Number.Real(Math.Pow(x, y)),
            var type => WholePower(Number.Integer(number), Number.Integer(exponent)) is { } whole ? Number.Wrap(whole, type == BsonType.Int32) : Math.Pow(x, y),
        };
    }

    /// <summary>Null where the power is no whole number, or too great for a long.</summary>
    private static long? WholePower(long number, long exponent)
    {
        if (number is 0 or 1 or -1)
        {
            return exponent == 0 ? 1 : number == -1 && exponent % 2 == 0 ? 1 : number;
        }

        if (exponent is < 0 or > 63)
        {
            return null;
        }

        Int128 power = 1;

        for (var i = 0; i < exponent && power >= long.MinValue && power <= long.MaxValue; i++)
        {
            power *= number;
        }

        return power >= long.MinValue && power <= long.MaxValue ? (long)power : null;
    }

    private static KeyValuePair<string, OperatorParse> Bits(string name, int neutral, Func<long, long, long> combine) =>
        Operators.Of(name, 0, int.MaxValue, values =>
        {
            var (result, isInt) = ((long)neutral, true);

            foreach (var value in values)
            {
                if (Expression.IsNullish(value))
                {
                    return BsonNull.Value;
                }

                isInt &= value is BsonInt32;
                result = combine(result, value is BsonInt32 or BsonInt64 ? Number.Integer(value)
                    : throw Failure.TypeMismatch($"{name} only supports int and long operands, not {Failure.TypeName(value)}."));
            }

            return Number.Wrap(result, isInt);
        });
}
