using MongoDB.Bson;
using MongoDB.Driver;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Strings as a language compares them, wherever a query compares strings.</summary>
public sealed class CollationTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly Collation Letters = new("en", strength: CollationStrength.Primary);
    private static readonly Collation Accents = new("en", strength: CollationStrength.Secondary);

    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    private string Name => _things.CollectionNamespace.CollectionName;

    [Theory]
    [InlineData("{locale: 'en', strength: 1}", "1,2,3,4")]
    [InlineData("{locale: 'en', strength: 2}", "1,2")]
    [InlineData("{locale: 'en', strength: 3}", "1")]
    [InlineData("{locale: 'en'}", "1")]
    [InlineData("{locale: 'simple'}", "1")]
    public async Task Strength_1_looks_at_letters_2_at_accents_too_and_3_at_case(string collation, string expected)
    {
        await _things.InsertAsync("{_id: 1, a: 'cote'}", "{_id: 2, a: 'COTE'}", "{_id: 3, a: 'coté'}", "{_id: 4, a: 'CÔTE'}", "{_id: 5, a: 'cotes'}");

        Assert.Equal(expected, await IdsAsync("{a: 'cote'}", collation));
    }

    [Theory]
    [InlineData("{locale: 'en'}", "a,A,ä,b,B,z,Z")]
    [InlineData("{locale: 'sv'}", "a,A,b,B,z,Z,ä")]
    [InlineData("{locale: 'simple'}", "A,B,Z,a,b,z,ä")]
    public async Task A_sort_follows_the_language(string collation, string expected)
    {
        await _things.InsertManyAsync(new[] { "z", "B", "ä", "A", "Z", "b", "a" }.Select(s => new BsonDocument("_id", s)), cancellationToken: Find.Ct);

        Assert.Equal(expected, await IdsAsync("{}", collation, "{_id: 1}"));
        Assert.Equal(string.Join(",", expected.Split(',').Reverse()), await IdsAsync("{}", collation, "{_id: -1}"));
    }

    [Theory]
    [InlineData("{locale: 'en', strength: 1}", "ア", "ｱ", true)]
    [InlineData("{locale: 'en', strength: 1}", "あ", "ア", true)]
    [InlineData("{locale: 'en', strength: 3}", "あ", "ア", false)]
    [InlineData("{locale: 'en', strength: 3}", "1", "１", false)]
    [InlineData("{locale: 'en', strength: 2}", "1", "１", true)]
    [InlineData("{locale: 'en', strength: 1}", "ß", "ss", true)]
    [InlineData("{locale: 'en', strength: 1}", "a b", "ab", false)]
    [InlineData("{locale: 'en', strength: 1}", "co-op", "coop", false)]
    [InlineData("{locale: 'en', strength: 3}", "a\u00ADb", "ab", true)]
    [InlineData("{locale: 'en', strength: 3}", "a\0b", "ab", true)]
    [InlineData("{locale: 'en', strength: 3}", "e\u0301", "é", true)]
    [InlineData("{locale: 'en', strength: 1}", "\u0301", "", true)]
    [InlineData("{locale: 'en', strength: 2}", "I", "i", true)]
    [InlineData("{locale: 'tr', strength: 2}", "I", "i", false)]
    [InlineData("{locale: 'tr', strength: 2}", "I", "ı", true)]
    [InlineData("{locale: 'de', strength: 1}", "ä", "a", true)]
    [InlineData("{locale: 'sv', strength: 1}", "ä", "a", false)]
    public async Task Strings_are_equal_where_ICU_finds_them_equal(string collation, string stored, string sought, bool equal)
    {
        await _things.InsertOneAsync(new BsonDocument { { "_id", 1 }, { "a", stored } }, cancellationToken: Find.Ct);

        Assert.Equal(equal ? "1" : "", await IdsAsync(new BsonDocument("a", sought).ToString(), collation));
    }

    [Theory]
    [InlineData("{a: 'X'}", "1,2,3,4")]
    [InlineData("{a: {$ne: 'X'}}", "5,6")]
    [InlineData("{a: {$in: ['X', 5]}}", "1,2,3,4,5")]
    [InlineData("{a: {$nin: ['X']}}", "5,6")]
    [InlineData("{a: {$gte: 'X', $lt: 'Y'}}", "1,2,3,4")]
    [InlineData("{a: {$gt: 'X'}}", "4,6")]
    [InlineData("{a: {$not: {$eq: 'X'}}}", "5,6")]
    [InlineData("{a: {b: 'X'}}", "")]
    [InlineData("{a: ['X']}", "3")]
    [InlineData("{a: {$all: ['X', 'Y']}}", "4")]
    [InlineData("{a: {$elemMatch: {$eq: 'X'}}}", "3,4")]
    [InlineData("{d: {b: 'X'}}", "1")]
    [InlineData("{d: {B: 'x'}}", "")]
    [InlineData("{a: /^X/}", "2,4")]
    [InlineData("{a: {$in: [/^X/]}}", "2,4")]
    [InlineData("{$expr: {$eq: ['$a', 'X']}}", "1,2")]
    [InlineData("{$expr: {$in: ['$a', ['X', 'y']]}}", "1,2,6")]
    public async Task All_comparisons_obey_it_and_regular_expressions_do_not(string filter, string expected)
    {
        await _things.InsertAsync("{_id: 1, a: 'x', d: {b: 'x'}}", "{_id: 2, a: 'X'}", "{_id: 3, a: ['x']}", "{_id: 4, a: ['y', 'X']}", "{_id: 5, a: 5}", "{_id: 6, a: 'Y'}");

        Assert.Equal(expected, await IdsAsync(filter, "{locale: 'en', strength: 1}"));
    }

    [Theory]
    [InlineData("{$cmp: ['a', 'B']}", "-1")]
    [InlineData("{$ne: ['a', 'A']}", "false")]
    [InlineData("{$lte: ['b', 'A']}", "false")]
    [InlineData("{$indexOfArray: [['b', 'A'], 'a']}", "1")]
    [InlineData("{$setUnion: [['a'], ['A', 'b']]}", "['a', 'b']")]
    [InlineData("{$setIntersection: [['a', 'b'], ['A']]}", "['A']")]
    [InlineData("{$setDifference: [['a', 'b'], ['A']]}", "['b']")]
    [InlineData("{$setEquals: [['a', 'A'], ['a']]}", "true")]
    [InlineData("{$setIsSubset: [['a'], ['A']]}", "true")]
    [InlineData("{$max: ['a', 'B', 'A']}", "'B'")]
    [InlineData("{$min: ['b', 'A', 'B']}", "'A'")]
    [InlineData("{$size: {$filter: {input: ['a', 'A', 'b'], cond: {$eq: ['$$this', 'a']}}}}", "2")]
    [InlineData("{$switch: {branches: [{case: {$eq: ['a', 'A']}, then: 1}], default: 2}}", "1")]
    [InlineData("{$indexOfCP: ['xA', 'a']}", "-1")]
    [InlineData("{$split: ['xAy', 'a']}", "['xAy']")]
    [InlineData("{$regexMatch: {input: 'A', regex: 'a'}}", "false")]
    [InlineData("{$replaceAll: {input: 'aA', find: 'a', replacement: 'x'}}", "'xA'")]
    public async Task Expressions_that_compare_obey_it_and_those_that_search_in_text_do_not(string expression, string expected)
    {
        await _things.InsertAsync("{_id: 1}");
        PipelineDefinition<BsonDocument, BsonDocument> pipeline = new[] { BsonDocument.Parse($"{{$project: {{_id: 0, r: {expression}}}}}") };

        var found = await _things.Aggregate(pipeline, new AggregateOptions { Collation = Accents }, Find.Ct).SingleAsync(Find.Ct);

        Assert.Equal(BsonDocument.Parse($"{{r: {expected}}}"), found);
    }

    [Fact]
    public async Task Groups_sets_sorts_and_distinct_values_obey_it()
    {
        await _things.InsertAsync("{_id: 1, a: 'x'}", "{_id: 2, a: 'X'}", "{_id: 3, a: 'y'}", "{_id: 4, a: 'B'}");
        PipelineDefinition<BsonDocument, BsonDocument> pipeline = BsonDocument.Parse(
            "{p: [{$sort: {a: 1, _id: 1}}, {$group: {_id: '$a', n: {$sum: 1}, s: {$addToSet: {v: '$a'}}, l: {$max: '$a'}}}]}")["p"].AsBsonArray
            .Select(s => s.AsBsonDocument).ToArray();

        var groups = await _things.Aggregate(pipeline, new AggregateOptions { Collation = Letters }, Find.Ct).ToListAsync(Find.Ct);
        var distinct = await (await _things.DistinctAsync<string>("a", "{}", new DistinctOptions { Collation = Letters }, Find.Ct)).ToListAsync(Find.Ct);

        Assert.Equal(BsonDocument.Parse("{r: [{_id: 'B', n: 1, s: [{v: 'B'}], l: 'B'}, {_id: 'x', n: 2, s: [{v: 'x'}], l: 'x'}, {_id: 'y', n: 1, s: [{v: 'y'}], l: 'y'}]}")["r"],
            new BsonArray(groups));
        Assert.Equal(3, distinct.Count);
        Assert.Equal(2, await _things.CountDocumentsAsync("{a: 'X'}", new CountOptions { Collation = Letters }, Find.Ct));
        Assert.Equal(2, (await server.RunAsync($"{{count: '{Name}', query: {{a: 'X'}}, collation: {{locale: 'en', strength: 2}}}}"))["n"]);
    }

    [Fact]
    public async Task Each_statement_of_an_update_or_delete_has_its_own()
    {
        await _things.InsertAsync("{_id: 1, a: 'x', t: ['p', 'P', 'q']}", "{_id: 2, a: 'X'}", "{_id: 3, a: 'y'}");

        var updated = await server.RunAsync($$$$"""
            {update: '{{{{Name}}}}', updates: [
                {q: {a: 'X'}, u: {$set: {n: 1}}, multi: true, collation: {locale: 'en', strength: 1}},
                {q: {a: 'Y'}, u: {$set: {n: 1}}, multi: true},
                {q: {_id: 1}, u: {$pull: {t: 'P'}, $min: {a: 'A'}}, collation: {locale: 'en', strength: 1}},
                {q: {_id: 2}, u: {$addToSet: {t: {$each: ['r', 'R']}}}, collation: {locale: 'en', strength: 1}}]}
            """);
        var deleted = await server.RunAsync($$$"""
            {delete: '{{{Name}}}', deletes: [{q: {a: 'Y'}, limit: 0}, {q: {a: 'Y'}, limit: 0, collation: {locale: 'en', strength: 1}}]}
            """);

        Assert.Equal(4, updated["n"]);
        Assert.Equal(1, deleted["n"]);
        Assert.Equal("1,2", await _things.IdsAsync("{}"));
        Assert.Equal("1", await _things.IdsAsync("{t: ['q'], a: 'A'}"));
        Assert.Equal("2", await _things.IdsAsync("{t: ['r']}"));
    }

    [Fact]
    public async Task Find_and_modify_takes_one_and_so_do_array_filters()
    {
        await _things.InsertAsync("{_id: 1, a: 'x', t: [{k: 'P', n: 0}, {k: 'q', n: 0}]}");
        var options = new FindOneAndUpdateOptions<BsonDocument>
        {
            Collation = Letters,
            ReturnDocument = ReturnDocument.After,
            ArrayFilters = [new BsonDocumentArrayFilterDefinition<BsonDocument>(BsonDocument.Parse("{e: {$exists: true}, 'e.k': 'p'}"))],
        };

        Assert.Null(await _things.FindOneAndDeleteAsync<BsonDocument>("{a: 'X'}", cancellationToken: Find.Ct));
        var found = await _things.FindOneAndUpdateAsync("{a: 'X'}", "{$set: {'t.$[e].n': 1}}", options, Find.Ct);

        Assert.Equal(BsonDocument.Parse("{r: [{k: 'P', n: 1}, {k: 'q', n: 0}]}")["r"], found["t"]);
    }

    [Theory]
    [InlineData("{}", 0)]
    [InlineData("{locale: 'simple'}", 0)]
    [InlineData("{locale: 'simple', strength: 1}", 0)]
    [InlineData("{locale: 'en_US', strength: 2.7}", 0)]
    [InlineData("{locale: 'sr_Latn', strength: NumberLong(2), caseLevel: false, caseFirst: 'off', numericOrdering: false}", 0)]
    [InlineData("{locale: 'en_US_POSIX', alternate: 'non-ignorable', maxVariable: 'punct', normalization: false, backwards: false, version: '57.1'}", 0)]
    [InlineData("{locale: 'fr_CA', backwards: true}", 0)]
    [InlineData("{locale: 'da', caseFirst: 'upper'}", 0)]
    [InlineData("{locale: 'hi', normalization: true}", 0)]
    [InlineData("{locale: 'en', strength: null}", 0)]
    [InlineData("{strength: 1}", 40414)]
    [InlineData("{locale: 'en', nonsense: 1}", 40415)]
    [InlineData("'en'", 14)]
    [InlineData("{locale: 5}", 14)]
    [InlineData("{locale: 'en', strength: 'x'}", 14)]
    [InlineData("{locale: 'en', caseLevel: 1}", 14)]
    [InlineData("{locale: 'en', caseFirst: true}", 14)]
    [InlineData("{locale: 'en', backwards: null}", 14)]
    [InlineData("{locale: 'en', strength: 0}", 2)]
    [InlineData("{locale: 'en', strength: 6}", 2)]
    [InlineData("{locale: 'en', caseFirst: 'first'}", 2)]
    [InlineData("{locale: 'en', alternate: 'x'}", 2)]
    [InlineData("{locale: ''}", 2)]
    [InlineData("{locale: 'en_GB'}", 2)]
    [InlineData("{locale: 'klingon'}", 2)]
    [InlineData("{locale: 'EN'}", 2)]
    [InlineData("{locale: 'fr_CA', strength: 1}", 2)]
    [InlineData("{locale: 'en', strength: 2, caseFirst: 'upper'}", 2)]
    [InlineData("{locale: 'en', version: '72.1'}", 161)]
    [InlineData("{locale: 'en', strength: 4}", 238)]
    [InlineData("{locale: 'en', strength: 5}", 238)]
    [InlineData("{locale: 'en', caseLevel: true}", 238)]
    [InlineData("{locale: 'en', caseFirst: 'upper'}", 238)]
    [InlineData("{locale: 'en', numericOrdering: true}", 238)]
    [InlineData("{locale: 'en', alternate: 'shifted'}", 238)]
    [InlineData("{locale: 'en', maxVariable: 'space'}", 238)]
    [InlineData("{locale: 'en', normalization: true}", 238)]
    [InlineData("{locale: 'en', backwards: true}", 238)]
    [InlineData("{locale: 'da'}", 238)]
    [InlineData("{locale: 'hi'}", 238)]
    [InlineData("{locale: 'de@collation=phonebook'}", 238)]
    public async Task Options_beyond_strength_keep_their_defaults_and_what_is_no_option_is_refused(string collation, int code)
    {
        var command = $"{{find: '{Name}', collation: {collation}}}";

        Assert.Equal(code, code == 0 ? (int)(1 - (await server.RunAsync(command))["ok"].ToDouble()) : await server.RefusalAsync(command));
    }

    private async Task<string> IdsAsync(string filter, string collation, string? sort = null)
    {
        var reply = await server.RunAsync($"{{find: '{Name}', filter: {filter}, sort: {sort ?? "{}"}, collation: {collation}}}");
        return string.Join(",", reply["cursor"]["firstBatch"].AsBsonArray.Select(d => d["_id"]));
    }
}
