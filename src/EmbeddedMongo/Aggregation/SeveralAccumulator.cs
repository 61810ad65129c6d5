using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$firstN</c>, <c>$lastN</c>, <c>$minN</c> and <c>$maxN</c>, over documents or the elements of an array.</summary>
internal abstract class SeveralAccumulator : Accumulator
{
    public static (Expression Count, Expression Input) ParseArguments(string name, BsonValue argument, int ofNoDocument, Names names)
    {
        var named = Operators.Named(name, argument, ofNoDocument, 5787901, "n", "input");
        return (Operators.Required(named, name, "n", 5787906, names), Operators.Required(named, name, "input", 5787907, names));
    }

    public static long CountOf(BsonValue? value)
    {
        if (value is not { IsNumeric: true } || !Number.TryToLong(value, out var count))
        {
            throw Failure.Located(value is { IsNumeric: true } ? 5787903 : 5787902, $"Value for 'n' must be of integral type, but found {value}");
        }

        return count > 0 ? count : throw Failure.Located(5787908, $"'n' must be greater than 0, found {count}");
    }

    public static SeveralAccumulator Create(string name, long count, Collation collation) => name switch
    {
        "$firstN" => new FirstSeveral(count),
        "$lastN" => new LastSeveral(count),
        "$minN" => new ExtremeSeveral(count, isGreatest: false, collation),
        _ => new ExtremeSeveral(count, isGreatest: true, collation),
    };

    private sealed class FirstSeveral(long count) : SeveralAccumulator
    {
        private readonly BsonArray _values = [];

        public override BsonValue Result => _values;

        public override void Add(BsonValue? value)
        {
            if (_values.Count < count)
            {
                _values.Add(Weighed(value ?? BsonNull.Value));
            }
        }
    }

    private sealed class LastSeveral(long count) : SeveralAccumulator
    {
        private readonly Queue<BsonValue> _values = new();

        public override BsonValue Result => new BsonArray(_values);

        public override void Add(BsonValue? value)
        {
            if (_values.Count == count)
            {
                Release(_values.Dequeue());
            }

            _values.Enqueue(Weighed(value ?? BsonNull.Value));
        }
    }

    private sealed class ExtremeSeveral(long count, bool isGreatest, Collation collation) : SeveralAccumulator
    {
        private readonly SortedKeep<BsonValue> _kept = new(count, keepsLast: isGreatest, collation.Comparer);

        public override BsonValue Result => new BsonArray(isGreatest ? _kept.Values.Reverse() : _kept.Values);

        public override void Add(BsonValue? value)
        {
            if (!Expression.IsNullish(value) && _kept.Add(value!, out var gone))
            {
                Weighed(value!);
                Release(gone);
            }
        }
    }
}
