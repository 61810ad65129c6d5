using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary><c>$bitsAllSet</c> and its three sisters, on whole numbers; a mask is a number or a list of positions.</summary>
internal sealed class BitsTest(ulong mask, Func<ulong, ulong, bool> holds) : ElementTest
{
    public static BitsTest Parse(string name, BsonValue argument) => new(ParseMask(name, argument), name switch
    {
        "$bitsAllSet" => (bits, mask) => (bits & mask) == mask,
        "$bitsAllClear" => (bits, mask) => (bits & mask) == 0,
        "$bitsAnySet" => (bits, mask) => (bits & mask) != 0,
        _ => (bits, mask) => (bits & mask) != mask,
    });

    public override bool Matches(BsonValue? value) => value switch
    {
        BsonBinaryData => throw Failure.NotSupported("a bit test on binary data"),
        { IsNumeric: true } => Number.TryToLong(value, out var whole) && holds((ulong)whole, mask),
        _ => false,
    };

    private static ulong ParseMask(string name, BsonValue argument)
    {
        if (argument is BsonBinaryData)
        {
            throw Failure.NotSupported($"{name} with a binary mask");
        }

        if (argument is not BsonArray positions)
        {
            return argument.IsNumeric && Number.TryToLong(argument, out var mask) && mask >= 0
                ? (ulong)mask
                : throw Failure.BadValue($"{name} takes an Array, a number, or a BinData but received: {Failure.Show(argument)}");
        }

        var bits = 0UL;

        foreach (var item in positions)
        {
            if (!item.IsNumeric || !Number.TryToLong(item, out var position) || position < 0)
            {
                throw Failure.BadValue($"{name}: bit positions must be whole numbers >= 0, but got {Failure.Show(item)}");
            }

            // A long has its sign for all further bits.
            bits |= 1UL << (int)Math.Min(position, 63);
        }

        return bits;
    }
}
