using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class AccumulatorTests
{
    private const string Games =
        "[{p: 'A', s: 31}, {p: 'B', s: 33}, {p: 'C', s: 99}, {p: 'D', s: 1}, {p: 'E', s: 33}, {s: null}, {p: null}]";

    [Theory]
    [InlineData("{$firstN: {input: '$p', n: 2}}", "['A', 'B']")]
    [InlineData("{$lastN: {input: '$p', n: 3}}", "['E', null, null]")]
    [InlineData("{$minN: {input: '$s', n: 3}}", "[1, 31, 33]")]
    [InlineData("{$maxN: {input: '$s', n: 2}}", "[99, 33]")]
    [InlineData("{$top: {output: ['$p', '$s'], sortBy: {s: -1}}}", "['C', 99]")]
    [InlineData("{$topN: {output: '$p', sortBy: {s: -1}, n: 3}}", "['C', 'B', 'E']")]
    [InlineData("{$bottom: {output: '$p', sortBy: {s: -1, p: 1}}}", "null")]
    [InlineData("{$bottomN: {output: '$p', sortBy: {s: 1}, n: 2}}", "['B', 'C']")]
    [InlineData("{$topN: {output: '$s', sortBy: {p: 1}, n: 1}}", "[null]")]
    [InlineData("{$stdDevPop: '$s'}", "32.1844683038263")]
    [InlineData("{$stdDevSamp: '$p'}", "null")]
    [InlineData("{$count: {}}", "7")]
    [InlineData("{$first: '$none'}", "null")]
    [InlineData("{$addToSet: '$s'}", "[31, 33, 99, 1, null]")]
    public void A_group_gathers(string accumulator, string expected) => Same(expected, Gather(accumulator));

    [Theory]
    [InlineData("{$top: 1}", 5788001)]
    [InlineData("{$top: {output: 1, sortBy: {a: 1}, n: 1}}", 5788002)]
    [InlineData("{$topN: {output: 1, sortBy: {a: 1}}}", 5788003)]
    [InlineData("{$top: {sortBy: {a: 1}}}", 5788004)]
    [InlineData("{$top: {output: 1}}", 5788005)]
    [InlineData("{$top: {output: 1, sortBy: {a: 2}}}", 15975)]
    [InlineData("{$firstN: {input: 1, n: 0}}", 5787908)]
    [InlineData("{$firstN: {input: 1, n: '$s'}}", 238)]
    [InlineData("{$maxN: 5}", 5787900)]
    [InlineData("{$count: 1}", 14)]
    [InlineData("{$sum: [1, 2]}", 40237)]
    [InlineData("{$median: {input: '$s', method: 'approximate'}}", 238)]
    [InlineData("{$accumulator: {}}", 238)]
    public void Whatever_is_wrong_is_refused_with_MongoDBs_code(string accumulator, int code) =>
        Assert.Equal(code, Code(() => Gather(accumulator)));

    [Fact]
    public void What_outgrows_100_MB_is_refused()
    {
        var large = new BsonDocument { { "_id", 0 }, { "t", new string('x', 1 << 20) } };
        var documents = Enumerable.Range(0, 110).Select(i => new BsonDocument(large) { ["_id"] = i }).ToList();

        List<BsonDocument> Run(string stage) => [.. Pipeline.Parse(Arr($"[{stage}]")).Run(documents)];

        Assert.Equal(146, Code(() => Run("{$group: {_id: null, t: {$push: '$t'}}}")));
        Assert.Equal(292, Code(() => Run("{$group: {_id: {i: '$_id', t: '$t'}}}")));
        Assert.Single(Run("{$group: {_id: null, t: {$addToSet: '$t'}}}"));
        Assert.Single(Run("{$group: {_id: null, t: {$lastN: {n: 5, input: '$t'}}}}"));
    }

    private static BsonValue Gather(string accumulator) =>
        Pipeline.Parse(Arr($"[{{$group: {{_id: null, x: {accumulator}}}}}]")).Run(Arr(Games).Select(g => g.AsBsonDocument)).Single()["x"];
}
