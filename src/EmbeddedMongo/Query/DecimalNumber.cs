using System.Globalization;
using System.Numerics;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>
/// A decimal number of any size, for comparing and calculating with BSON's 128-bit decimals, which the BSON library only stores.
/// Calculations are exact and round once, to 34 digits and half to even, on the way back.
/// </summary>
internal readonly struct DecimalNumber : IComparable<DecimalNumber>
{
    private const int Digits = 34;
    private const int MinExponent = -6176;
    private const int MaxExponent = 6111;

    private readonly BigInteger _coefficient;
    private readonly int _exponent;
    private readonly double _special; // NaN or an infinity; 0 for an ordinary number

    private DecimalNumber(BigInteger coefficient, int exponent) => (_coefficient, _exponent) = (coefficient, exponent);

    private DecimalNumber(double special) => _special = special;

    public bool IsZero => _special == 0 && _coefficient.IsZero;

    public bool IsFinite => _special == 0;

    public static DecimalNumber From(Decimal128 value)
    {
        if (Decimal128.IsNaN(value))
        {
            return new(double.NaN);
        }

        if (Decimal128.IsInfinity(value))
        {
            return new(Decimal128.IsNegative(value) ? double.NegativeInfinity : double.PositiveInfinity);
        }

        var high = Decimal128.GetSignificandHighBits(value);
        var low = Decimal128.GetSignificandLowBits(value);
        BigInteger coefficient = high == 0 ? low : new UInt128(high, low);
        return new(Decimal128.IsNegative(value) ? -coefficient : coefficient, Decimal128.GetExponent(value));
    }

    public static DecimalNumber Whole(BigInteger value) => new(value, 0);

    /// <summary>A double as calculations with decimals see it: its first 15 digits.</summary>
    public static DecimalNumber Rounded(double value) => value == 0 ? default : FromDouble(value, "E14");

    /// <summary>Any BSON number for comparison, of a double all digits that it has.</summary>
    public static DecimalNumber Unrounded(BsonValue value) => value is BsonDouble number ? Expanded(number.Value) : Exactly(value);

    /// <summary>Any BSON number, of a double its first 34 digits.</summary>
    public static DecimalNumber Exactly(BsonValue value) => value switch
    {
        BsonDecimal128 number => From(number.Value),
        BsonDouble number => Nearest(number.Value),
        _ => new(Number.Integer(value), 0),
    };

    /// <summary>Any BSON number for calculation.</summary>
    public static DecimalNumber Calculable(BsonValue value) => value is BsonDouble number ? Rounded(number.Value) : Exactly(value);

    public static DecimalNumber operator +(DecimalNumber a, DecimalNumber b)
    {
        if (!a.IsFinite || !b.IsFinite)
        {
            return new(a._special + b._special);
        }

        var exponent = Math.Min(a._exponent, b._exponent);

        // Numbers too far apart to overlap in 34 digits: the small one only decides rounding, so a stand-in of its sign will do.
        if (Math.Abs(a._exponent - b._exponent) > 4 * Digits && !a.IsZero && !b.IsZero)
        {
            var (large, small) = a.Magnitude > b.Magnitude ? (a, b) : (b, a);

            if (large.Magnitude - small.Magnitude > 2 * Digits)
            {
                exponent = large._exponent - (2 * Digits);
                return new(large.ScaledTo(exponent) + small._coefficient.Sign, exponent);
            }
        }

        return new(a.ScaledTo(exponent) + b.ScaledTo(exponent), exponent);
    }

    public static DecimalNumber operator -(DecimalNumber a) => a.IsFinite ? new(-a._coefficient, a._exponent) : new(-a._special);

    public static DecimalNumber operator -(DecimalNumber a, DecimalNumber b) => a + -b;

    public static DecimalNumber operator *(DecimalNumber a, DecimalNumber b) => a.IsFinite && b.IsFinite
        ? new(a._coefficient * b._coefficient, a._exponent + b._exponent)
        : new(a.Sign * b.Sign);

    public static DecimalNumber operator /(DecimalNumber a, DecimalNumber b)
    {
        if (!a.IsFinite || !b.IsFinite || b.IsZero)
        {
            return b.IsFinite || !a.IsFinite ? new(a.Sign / b.Sign) : new(BigInteger.Zero, 0);
        }

        // Two digits more than are kept, and a last one that tells whether anything was cut off.
        var shift = Math.Max(0, Digits + 2 + CountDigits(b._coefficient) - CountDigits(a._coefficient));
        var quotient = BigInteger.DivRem(a._coefficient * BigInteger.Pow(10, shift), b._coefficient, out var rest);
        var exponent = a._exponent - b._exponent - shift;

        if (!rest.IsZero)
        {
            return new((quotient * 10) + (a._coefficient.Sign * b._coefficient.Sign), exponent - 1);
        }

        // An exact quotient keeps the exponent it would have on paper.
        for (var preferred = a._exponent - b._exponent; exponent < preferred && (quotient % 10).IsZero; exponent++)
        {
            quotient /= 10;
        }

        return new(quotient, exponent);
    }

    public static DecimalNumber operator %(DecimalNumber a, DecimalNumber b)
    {
        if (!a.IsFinite || b.IsZero || double.IsNaN(b._special))
        {
            return new(double.NaN);
        }

        if (!b.IsFinite)
        {
            return a;
        }

        var exponent = Math.Min(a._exponent, b._exponent);
        return new(BigInteger.Remainder(a.ScaledTo(exponent), b.ScaledTo(exponent)), exponent);
    }

    /// <summary>The root of a number that is not negative.</summary>
    public DecimalNumber SquareRoot()
    {
        if (!IsFinite || IsZero)
        {
            return IsFinite ? new(BigInteger.Zero, _exponent >> 1) : this;
        }

        // An even exponent, and digits enough for two more than are kept.
        var shift = Math.Max(0, (2 * (Digits + 2)) - CountDigits(_coefficient));
        shift += (_exponent - shift) & 1;
        var scaled = _coefficient * BigInteger.Pow(10, shift);
        var (root, exponent) = (Root(scaled), (_exponent - shift) / 2);

        if (root * root != scaled)
        {
            return new((root * 10) + 1, exponent - 1);
        }

        for (var preferred = _exponent >> 1; exponent < preferred && (root % 10).IsZero; exponent++)
        {
            root /= 10;
        }

        return new(root, exponent);
    }

    /// <summary>The number in steps of a power of ten; not a number where that takes more digits than there are.</summary>
    public DecimalNumber Quantize(int places, MidpointRounding mode)
    {
        var rounded = Round(places, mode);

        return !IsFinite ? new(double.NaN)
            : CountDigits(rounded._coefficient) + rounded._exponent + places > Digits && !rounded._coefficient.IsZero ? new(double.NaN)
            : new(rounded.ScaledTo(-places), -places);
    }

    public int CompareTo(DecimalNumber other)
    {
        if (!IsFinite || !other.IsFinite)
        {
            return _special.CompareTo(other._special);
        }

        var (sign, otherSign) = (_coefficient.Sign, other._coefficient.Sign);

        if (sign != otherSign || sign == 0)
        {
            return sign.CompareTo(otherSign);
        }

        if (_exponent == other._exponent)
        {
            return _coefficient.CompareTo(other._coefficient);
        }

        var size = Magnitude.CompareTo(other.Magnitude);
        var exponent = Math.Min(_exponent, other._exponent);
        return size != 0 ? size * sign : ScaledTo(exponent).CompareTo(other.ScaledTo(exponent));
    }

    /// <summary>Rounds to a number of places after the point (negative: before it).</summary>
    public DecimalNumber Round(int places, MidpointRounding mode)
    {
        if (!IsFinite || -_exponent <= places)
        {
            return this;
        }

        return new(Cut(_coefficient, -places - _exponent, mode), -places);
    }

    public bool TryTruncate(out long result)
    {
        var fits = IsFinite && (Magnitude <= 19 || _coefficient.IsZero);
        var whole = fits ? Round(0, MidpointRounding.ToZero).ScaledTo(0) : BigInteger.Zero;
        fits = fits && whole >= long.MinValue && whole <= long.MaxValue;
        result = fits ? (long)whole : 0;
        return fits;
    }

    public double ToDouble() => IsFinite ? double.Parse(ToString(), NumberStyles.Float, CultureInfo.InvariantCulture) : _special;

    public BsonDecimal128 ToBson()
    {
        if (!IsFinite)
        {
            return new(double.IsNaN(_special) ? Decimal128.QNaN
                : _special > 0 ? Decimal128.PositiveInfinity : Decimal128.NegativeInfinity);
        }

        var cut = Math.Max(CountDigits(_coefficient) - Digits, MinExponent - _exponent);
        var (coefficient, exponent) = cut <= 0 ? (_coefficient, _exponent)
            : (Cut(_coefficient, cut, MidpointRounding.ToEven), _exponent + cut);

        // Rounding 99...9 up makes one digit too many.
        (coefficient, exponent) = CountDigits(coefficient) > Digits ? (coefficient / 10, exponent + 1) : (coefficient, exponent);

        while (exponent > MaxExponent && !coefficient.IsZero && CountDigits(coefficient) < Digits)
        {
            (coefficient, exponent) = (coefficient * 10, exponent - 1);
        }

        if (exponent > MaxExponent && !coefficient.IsZero)
        {
            return new(coefficient.Sign > 0 ? Decimal128.PositiveInfinity : Decimal128.NegativeInfinity);
        }

        exponent = Math.Clamp(exponent, MinExponent, MaxExponent);
        return new(Decimal128.Parse(string.Create(CultureInfo.InvariantCulture, $"{coefficient}E{exponent}")));
    }

    public override string ToString() => IsFinite
        ? string.Create(CultureInfo.InvariantCulture, $"{_coefficient}E{_exponent}")
        : _special.ToString(CultureInfo.InvariantCulture);

    private int Magnitude => CountDigits(_coefficient) + _exponent;

    private double Sign => IsFinite ? _coefficient.Sign : _special;

    private static DecimalNumber Expanded(double value)
    {
        if (!double.IsFinite(value))
        {
            return new(value);
        }

        var bits = BitConverter.DoubleToInt64Bits(value);
        var power = (int)((bits >> 52) & 0x7FF);
        var mantissa = (bits & 0xFFFFFFFFFFFFF) | (power == 0 ? 0 : 1L << 52);
        power = Math.Max(power, 1) - 1075;
        BigInteger signed = value < 0 ? -mantissa : mantissa;

        // A half is five tenths.
        return power < 0 ? new(signed * BigInteger.Pow(5, -power), power) : new(signed << power, 0);
    }

    private static DecimalNumber FromDouble(double value, string format) => !double.IsFinite(value)
        ? new(value)
        : From(Decimal128.Parse(value.ToString(format, CultureInfo.InvariantCulture)));

    // A double that 34 digits can hold is written without zeros at its end.
    private static DecimalNumber Nearest(double value)
    {
        if (Math.Abs(value) is var size && (value == 0 || size < 1e-17 || !(size < 1e34)))
        {
            return value == 0 ? default : FromDouble(value, "E33");
        }

        var places = 0;

        for (; places <= 48 && value != Math.Floor(value); places++)
        {
            value *= 2;
        }

        var coefficient = new BigInteger(value) * BigInteger.Pow(5, places);
        return places <= 48 && CountDigits(coefficient) <= Digits ? new(coefficient, -places) : FromDouble(double.ScaleB(value, -places), "E33");
    }

    private static BigInteger Cut(BigInteger coefficient, int digits, MidpointRounding mode)
    {
        // Nothing but its direction is left of a number that is far smaller than the last place kept.
        digits = Math.Min(digits, CountDigits(coefficient) + 1);

        var unit = BigInteger.Pow(10, digits);
        var quotient = BigInteger.DivRem(coefficient, unit, out var rest);
        var half = (BigInteger.Abs(rest) * 2).CompareTo(unit);

        var away = mode switch
        {
            MidpointRounding.ToZero => false,
            MidpointRounding.ToNegativeInfinity => rest.Sign < 0,
            MidpointRounding.ToPositiveInfinity => rest.Sign > 0,
            _ => half > 0 || (half == 0 && !quotient.IsEven),
        };

        return away ? quotient + coefficient.Sign : quotient;
    }

    private static BigInteger Root(BigInteger value)
    {
        var root = BigInteger.One << (int)((value.GetBitLength() + 1) / 2);

        while (true)
        {
            var next = (root + (value / root)) >> 1;

            if (next >= root)
            {
                return root;
            }

            root = next;
        }
    }

    private static int CountDigits(BigInteger value)
    {
        if (value.IsZero)
        {
            return 1;
        }

        value = BigInteger.Abs(value);
        var estimate = (int)(BigInteger.Log10(value) + 1e-9) + 1;
        estimate = estimate > 1 && value < BigInteger.Pow(10, estimate - 1) ? estimate - 1 : estimate;
        return value >= BigInteger.Pow(10, estimate) ? estimate + 1 : estimate;
    }

    private BigInteger ScaledTo(int exponent) =>
        _exponent == exponent ? _coefficient : _coefficient * BigInteger.Pow(10, _exponent - exponent);
}
