using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

internal sealed class EqualTest(BsonValue operand, Collation collation) : ElementTest
{
    private readonly int _kind = BsonOrder.Kind(operand.BsonType);

    public BsonValue Operand => operand;

    public override bool Matches(BsonValue? value)
    {
        if (value is null)
        {
            return operand is BsonNull;
        }

        // An undefined value, a relic, equals null.
        return BsonOrder.Kind(value.BsonType) == _kind
            ? collation.Compare(value, operand) == 0
            : value is BsonUndefined && operand is BsonNull;
    }
}

/// <summary><c>$gt $gte $lt $lte</c>: values of another kind than the operand's never match, but for the ends of the order.</summary>
internal sealed class RangeTest(BsonValue operand, bool greater, bool orEqual, Collation collation) : ElementTest
{
    private readonly int _kind = BsonOrder.Kind(operand.BsonType);
    private readonly bool _operandIsNaN = Number.IsNaN(operand);

    public override bool Matches(BsonValue? value)
    {
        var kind = value is null ? BsonOrder.Kind(BsonType.Undefined) : BsonOrder.Kind(value.BsonType);

        if (value is null || kind != _kind)
        {
            return operand switch
            {
                BsonNull => orEqual && kind == BsonOrder.Kind(BsonType.Undefined),
                BsonMinKey => greater,
                BsonMaxKey => !greater,
                _ => false,
            };
        }

        if (_operandIsNaN || Number.IsNaN(value))
        {
            return orEqual && _operandIsNaN && Number.IsNaN(value);
        }

        var order = collation.Compare(value, operand);
        return order == 0 ? orEqual : order > 0 == greater;
    }
}

internal sealed class InTest : ElementTest
{
    private readonly HashSet<BsonValue> _values;
    private readonly RegexTest[] _patterns;
    private readonly bool _matchesMissing;

    public InTest(IEnumerable<BsonValue> values, RegexTest[] patterns, Collation collation)
    {
        _values = new(values, collation.Equality);
        _patterns = patterns;
        _matchesMissing = _values.Contains(BsonNull.Value);
    }

    public override bool Matches(BsonValue? value)
    {
        if (value is null)
        {
            return _matchesMissing;
        }

        if (_values.Contains(value))
        {
            return true;
        }

        foreach (var pattern in _patterns)
        {
            if (pattern.Matches(value))
            {
                return true;
            }
        }

        return false;
    }
}

internal sealed class ExistsTest : ElementTest
{
    public override bool Matches(BsonValue? value) => value is not null;
}

internal sealed class TypeTest(HashSet<BsonType> types) : ElementTest
{
    public override bool Matches(BsonValue? value) => value is not null && types.Contains(value.BsonType);
}

internal sealed class ModTest(long divisor, long remainder) : ElementTest
{
    public override bool Matches(BsonValue? value) =>
        value is { IsNumeric: true } && Number.TryTruncate(value, out var whole) && (divisor == -1 ? 0 : whole % divisor) == remainder;
}

internal sealed class SizeTest(long size) : ElementTest
{
    public override bool EntersArrays => false;

    public override bool Matches(BsonValue? value) => value is BsonArray array && array.Count == size;
}

/// <summary><c>$elemMatch</c>: some element fulfils all of it, as it stands (operators) or as a document (fields).</summary>
internal sealed class ElemMatchTest(Filter filter, bool ofFields) : ElementTest
{
    public override bool EntersArrays => false;

    public override bool Matches(BsonValue? value) => Matches(value, out _);

    public override bool Matches(BsonValue? value, out int position)
    {
        for (position = 0; value is BsonArray array && position < array.Count; position++)
        {
            if (MatchesItem(array[position]))
            {
                return true;
            }
        }

        position = -1;
        return false;
    }

    // An array in an array is matched as a document with "0", "1"... for field names.
    private bool MatchesItem(BsonValue item) => !ofFields ? filter.MatchesElement(item) : item switch
    {
        BsonDocument document => filter.Matches(document, null),
        BsonArray array => filter.Matches(new BsonDocument(array.Select((inner, i) => new BsonElement($"{i}", inner))), null),
        _ => false,
    };
}
