using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>
/// A number's key: the greatest double that is not above it, and, where that is not the number itself, its decimal digits.
/// Numbers of all types thus sort by value, exactly.
/// </summary>
internal static class NumberKey
{
    public const int FixedSize = 9;

    public static readonly byte[] NotANumber = KeyWriter.Encode(double.NaN);

    private const byte Exact = 0;
    private const byte Above = 1;

    public static void Write(BsonValue number, Span<byte> target, out byte[] refinement)
    {
        var (floor, rest) = number.BsonType switch
        {
            BsonType.Int64 => Split(number.AsInt64),
            BsonType.Decimal128 => Split(number.AsDecimal128),
            _ => (number.ToDouble(), null),
        };
        BinaryPrimitives.WriteUInt64BigEndian(target, Ordered(floor));
        target[8] = rest is null ? Exact : Above;
        refinement = rest ?? [];
    }

    // NaN sorts before all other numbers, and there is one zero only.
    private static ulong Ordered(double value)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        var bits = BitConverter.DoubleToUInt64Bits(value == 0 ? 0 : value);
        return (bits >> 63) == 0 ? bits | (1UL << 63) : ~bits;
    }

    private static (double Floor, byte[]? Digits) Split(long value)
    {
        var near = (double)value;
        return Math.Abs(near) < 9007199254740992d ? (near, null) : Split(value, 0, near);
    }

    private static (double Floor, byte[]? Digits) Split(Decimal128 value)
    {
        if (Decimal128.IsNaN(value))
        {
            return (double.NaN, null);
        }

        if (Decimal128.IsInfinity(value))
        {
            return (Decimal128.IsNegative(value) ? double.NegativeInfinity : double.PositiveInfinity, null);
        }

        // The significand is an unsigned 113-bit integer; its sign is kept apart.
        var low = Decimal128.GetSignificandLowBits(value);
        var digits = (new BigInteger(Decimal128.GetSignificandHighBits(value)) << 64) + low;
        if (Decimal128.IsNegative(value))
        {
            digits = -digits;
        }

        var exponent = Decimal128.GetExponent(value);
        var near = digits.IsZero ? 0 : double.Parse($"{digits}E{exponent}", CultureInfo.InvariantCulture);
        return Split(digits, exponent, near);
    }

    private static (double Floor, byte[]? Digits) Split(BigInteger digits, int exponent, double near)
    {
        var order = double.IsInfinity(near) ? (near > 0 ? -1 : 1) : Compare(digits, exponent, near);
        return order switch
        {
            0 => (near, null),
            < 0 => (Math.BitDecrement(near), Digits(digits, exponent)),
            _ => (near, Digits(digits, exponent)),
        };
    }

    private static int Compare(BigInteger digits, int exponent, double near)
    {
        var bits = BitConverter.DoubleToInt64Bits(near);
        var power = (int)((bits >> 52) & 0x7FF);
        var mantissa = bits & 0xFFFFFFFFFFFFF;
        mantissa = power == 0 ? mantissa : mantissa | (1L << 52);
        power = Math.Max(power, 1) - 1075;
        BigInteger binary = near < 0 ? -mantissa : mantissa;

        var left = exponent > 0 ? digits * BigInteger.Pow(10, exponent) : digits;
        var right = power > 0 ? binary << power : binary;
        left = power < 0 ? left << -power : left;
        right = exponent < 0 ? right * BigInteger.Pow(10, -exponent) : right;
        return left.CompareTo(right);
    }

    // Scientific exponent, then the digits; inverted below zero, where larger digits mean a smaller number.
    private static byte[] Digits(BigInteger value, int exponent)
    {
        var text = BigInteger.Abs(value).ToString(CultureInfo.InvariantCulture);
        var scientific = exponent + text.Length - 1;
        var trimmed = text.TrimEnd('0');
        var bytes = new byte[2 + trimmed.Length + 1];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, (ushort)(scientific + 32768));
        for (var i = 0; i < trimmed.Length; i++)
        {
            bytes[i + 2] = (byte)(trimmed[i] - '0' + 1);
        }

        if (value.Sign < 0)
        {
            KeyBytes.Invert(bytes);
        }

        return bytes;
    }
}
