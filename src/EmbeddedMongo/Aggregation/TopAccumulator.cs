using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>
/// <c>$top</c>, <c>$topN</c>, <c>$bottom</c> and <c>$bottomN</c>: what an expression says of the first or last documents in an order. What is
/// added holds the output and the values to sort by, so that the documents need not be kept.
/// </summary>
internal sealed class TopAccumulator : Accumulator
{
    private const string Output = "output";
    private readonly bool _isSingle;
    private readonly SortSpec _sort;
    private readonly SortedKeep<(BsonValue[] Key, BsonValue Output)> _kept;

    private TopAccumulator(string name, long count, SortSpec sort)
    {
        (_isSingle, _sort) = (!name.EndsWith('N'), sort);
        _kept = new(count, keepsLast: name.StartsWith("$bottom", StringComparison.Ordinal),
            Comparer<(BsonValue[] Key, BsonValue Output)>.Create((a, b) => sort.CompareKeys(a.Key, b.Key)));
    }

    public override BsonValue Result => _isSingle ? _kept.Values[0].Output : new BsonArray(_kept.Values.Select(k => k.Output));

    public static AccumulatorSpec Parse(string name, BsonValue argument, Names names)
    {
        var isSingle = !name.EndsWith('N');
        var named = Operators.Named(name, argument, 5788001, 5788002, isSingle ? [Output, "sortBy"] : ["n", Output, "sortBy"]);
        var count = isSingle ? 1 : AccumulatorSpec.CountOf(Operators.Required(named, name, "n", 5788003, names));
        var output = Operators.Required(named, name, Output, 5788004, names);
        var sortBy = named.Find("sortBy") switch
        {
            BsonDocument document => document,
            null => throw Failure.Located(5788005, "Missing value for 'sortBy'"),
            var other => throw Failure.Located(10065, $"invalid parameter: expected an object (sortBy), found {Failure.TypeName(other)}"),
        };
        SortSpec.Parse(sortBy);

        var keys = sortBy.Select((e, i) => (Name: $"sort{i}", Value: ExpressionParser.Parse(e.Value.IsNumeric ? $"${e.Name}" : e.Value, names))).ToArray();
        var sort = SortSpec.Parse(new BsonDocument(sortBy.Select((e, i) => new BsonElement(keys[i].Name, e.Value.IsNumeric ? e.Value : -1))), names.Context.Collation);
        return new(() => new TopAccumulator(name, count, sort), new DocumentExpression([(Output, output), .. keys]));
    }

    public override void Add(BsonValue? value)
    {
        var document = value!.AsBsonDocument;
        var output = document.Find(Output) ?? BsonNull.Value;

        if (_kept.Add((_sort.Key(document), output), out var gone))
        {
            Weighed(output);
            Release(gone.Output);
        }
    }
}
