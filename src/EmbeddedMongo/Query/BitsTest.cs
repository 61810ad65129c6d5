using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>
/// <c>$bitsAllSet</c> and its three sisters, on whole numbers and binary data; a mask is a number, a list of positions or binary data.
/// Position 0 is the lowest bit of a number and of the first byte.
/// </summary>
internal sealed class BitsTest(string name, int[] positions) : ElementTest
{
    public static BitsTest Parse(string name, BsonValue argument) => new(name, [.. Positions(name, argument)]);

    public override bool Matches(BsonValue? value) => value switch
    {
        BsonBinaryData binary => Holds(position => IsSet(binary.Bytes, position)),
        // Of a number the sign goes on for ever.
        { IsNumeric: true } => Number.TryToLong(value, out var whole) && Holds(position => ((whole >> Math.Min(position, 63)) & 1) != 0),
        _ => false,
    };

    private bool Holds(Predicate<int> isSet) => name switch
    {
        "$bitsAllSet" => Array.TrueForAll(positions, isSet),
        "$bitsAllClear" => !Array.Exists(positions, isSet),
        "$bitsAnySet" => Array.Exists(positions, isSet),
        _ => !Array.TrueForAll(positions, isSet),
    };

    private static bool IsSet(byte[] bytes, int position) => position / 8 < bytes.Length && ((bytes[position / 8] >> (position % 8)) & 1) != 0;

    private static IEnumerable<int> Positions(string name, BsonValue argument) => argument switch
    {
        BsonArray positions => positions.Select(Position),
        BsonBinaryData mask => Enumerable.Range(0, mask.Bytes.Length * 8).Where(position => IsSet(mask.Bytes, position)),
        { IsNumeric: true } => Number.TryToLong(argument, out var mask) && mask >= 0
            ? Enumerable.Range(0, 63).Where(position => ((mask >> position) & 1) != 0)
            : throw Failure.FailedToParse($"Expected a non-negative integer in: {name}: {Failure.Show(argument)}"),
        _ => throw Failure.BadValue($"{name} takes an Array, a number, or a BinData but received: {Failure.Show(argument)}"),
    };

    private static int Position(BsonValue item) => item.IsNumeric && Number.TryToLong(item, out var position) && position is >= 0 and <= int.MaxValue
        ? (int)position
        : throw Failure.BadValue($"Failed to parse bit position. Expected a non-negative integer in: {Failure.Show(item)}");
}
