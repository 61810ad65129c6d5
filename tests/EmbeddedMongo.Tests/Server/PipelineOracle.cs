using CsCheck;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Tests.Language;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Random stages, each with what it means: written as plainly as the documentation puts it and without regard to cost.</summary>
internal sealed record PipelineOracle(string Stage, Func<List<BsonDocument>, IEnumerable<BsonDocument>> Meaning)
{
    /// <summary>What every pipeline looks up in.</summary>
    public static readonly BsonDocument[] Other =
        [.. new[] { "{n: 1, a: 1}", "{n: 2, a: [1, 2]}", "{n: 1}", "{n: 3, a: []}", "{a: [3]}", "{n: 4, a: 3}" }.Select((o, i) => new BsonDocument("_id", i).Merge(BsonDocument.Parse(o)))];

    private static readonly Gen<BsonValue> Number = Gen.Int[0, 4].Select(i => (BsonValue)i);
    private static readonly Gen<BsonValue> Key = Gen.Frequency((4, Number), (1, Gen.OneOf<BsonValue>("a", "b")));

    public static readonly Gen<BsonDocument> Documents = Gen.Select(Key, Number, Gen.OneOf(Number, Number.Array[0, 3].Select(a => (BsonValue)new BsonArray(a))), Gen.Int[0, 7], (k, n, a, present) =>
    {
        var all = new BsonDocument { { "k", k }, { "n", n }, { "a", a } };
        return new BsonDocument(all.Where((_, i) => (present >> i & 1) != 0));
    });

    private static readonly Gen<(BsonValue Operation, int Value)> Operation =
        Gen.Select(Gen.OneOf<BsonValue>("$eq", "$gt", "$lte", "$ne"), Gen.Int[0, 4]);

    private static readonly Gen<PipelineOracle> Match = Gen.Select(Gen.OneOf("k", "n", "a", "x", "_id"), Operation, Gen.Bool, (path, operation, isAlone) =>
    {
        var condition = new BsonDocument(path, new BsonDocument(operation.Operation.AsString, operation.Value));
        var filter = isAlone ? condition : new BsonDocument("$or", new BsonArray { condition, new BsonDocument("n", new BsonDocument("$eq", 1)) });
        return new PipelineOracle($"{{$match: {filter}}}", documents => documents.Where(d => FilterOracle.Matches(filter, d)));
    });

    private static readonly Gen<PipelineOracle> Window = Gen.Select(Gen.OneOf("k", "n", "a"), Gen.OneOf(1, -1), Gen.Int[0, 6], Gen.Int[1, 8], Gen.Bool, (path, direction, skip, limit, skipsFirst) =>
    {
        string[] parts = [$"{{$skip: {skip}}}", $"{{$limit: {limit}}}"];
        IEnumerable<BsonDocument> Part(IEnumerable<BsonDocument> sorted) => skipsFirst ? sorted.Skip(skip).Take(limit) : sorted.Take(limit).Skip(skip);
        string[] paths = [path, .. new[] { "_id", "a", "x" }.Where(p => p != path)];
        var sort = $"{{$sort: {{{string.Join(", ", paths.Select(p => $"{p}: {direction}"))}}}}}";
        return new PipelineOracle($"{sort}, {string.Join(", ", skipsFirst ? parts : parts.Reverse())}", documents => Part(Sorted(documents, paths, direction)));
    });

    private static readonly Gen<PipelineOracle> Shape = Gen.OneOf(new PipelineOracle[]
    {
        new("{$project: {k: 1, a: true}}", documents => documents.Select(d => Only(d, "_id", "k", "a"))),
        new("{$unset: 'n'}", documents => documents.Select(d => Only(d, "_id", "k", "a", "x"))),
        new("{$addFields: {x: {$ifNull: ['$n', 7]}}}", documents => documents.Select(d => Only(d, "_id", "k", "n", "a").Add("x", d.GetValue("n", 7)))),
        new("{$set: {k: {$literal: 2}}}", documents => documents.Select(d => new BsonDocument(d) { ["k"] = 2 })),
        new("{$unwind: '$a'}", documents => documents.Where(d => d.Contains("a")).SelectMany(d =>
            d["a"] is BsonArray array ? array.Select(item => new BsonDocument(d) { ["a"] = item }) : [d])),
        new("{$group: {_id: '$k', n: {$sum: '$n'}, x: {$max: '$n'}}}", documents => documents.GroupBy(d => d.GetValue("k", BsonNull.Value)).Select(g => new BsonDocument
        {
            { "_id", g.Key }, { "n", g.Sum(d => d.GetValue("n", 0).AsInt32) }, { "x", g.Max(d => d.Contains("n") ? d["n"].AsInt32 : (int?)null) is { } most ? most : BsonNull.Value },
        })),
        new("{$lookup: {from: 'OTHER', localField: 'a', foreignField: 'a', as: 'm'}}, {$addFields: {x: {$size: '$m'}}}, {$unset: 'm'}", documents => documents.Select(d =>
            Only(d, "_id", "k", "n", "a").Add("x", Other.Count(o => Joins(d).Exists(v => FilterOracle.Matches(new("a", new BsonDocument("$eq", v)), o)))))),
        new("{$lookup: {from: 'OTHER', let: {n: '$n'}, pipeline: [{$match: {$expr: {$eq: ['$n', '$$n']}}}, {$count: 'c'}], as: 'm'}}, {$addFields: {x: {$first: '$m.c'}}}, {$unset: 'm'}",
            documents => documents.Select(d => Other.Count(o => o.GetValue("n", "?") == d.GetValue("n", "?")) is > 0 and var count
                ? Only(d, "_id", "k", "n", "a").Add("x", count) : Only(d, "_id", "k", "n", "a"))),
    });

    public static readonly Gen<PipelineOracle[]> Pipelines = Gen.Frequency((4, Match), (2, Window), (4, Shape)).Array[1, 6];

    private static BsonDocument Only(BsonDocument document, params string[] names) => new(document.Where(e => names.Contains(e.Name)));

    private static List<BsonValue> Joins(BsonDocument document) => document.GetValue("a", BsonNull.Value) switch
    {
        BsonArray { Count: 0 } => [BsonNull.Value],
        BsonArray array => [.. array],
        var value => [value],
    };

    private static IEnumerable<BsonDocument> Sorted(List<BsonDocument> documents, string[] paths, int direction)
    {
        var order = Comparer<BsonValue>.Create((a, b) => direction * FilterOracle.Order(a, b));
        return paths.Aggregate(documents.OrderBy(_ => 0), (sorted, path) => sorted.ThenBy(d => d.GetValue(path, BsonNull.Value) switch
        {
            BsonArray { Count: 0 } => BsonMinKey.Value, // before null
            BsonArray array => array.Order(order).First(),
            var value => value,
        }, order));
    }
}
