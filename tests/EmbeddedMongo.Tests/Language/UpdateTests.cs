using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Updates;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class UpdateTests
{
    [Theory]
    [InlineData("{_id: 1, a: 1}", "{$set: {a: 2, b: 3}}", "{_id: 1, a: 2, b: 3}")]
    [InlineData("{_id: 1}", "{$set: {z: 1, b: 1, a: 1}}", "{_id: 1, a: 1, b: 1, z: 1}")]
    [InlineData("{_id: 1}", "{$set: {'f.10': 1, 'f.9': 1}}", "{_id: 1, f: {'9': 1, '10': 1}}")]
    [InlineData("{_id: 1, a: {b: 1}}", "{$set: {'a.c.d': 2}}", "{_id: 1, a: {b: 1, c: {d: 2}}}")]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.3': 4}}", "{_id: 1, a: [1, null, null, 4]}")]
    [InlineData("{_id: 1, a: [{b: 1}]}", "{$set: {'a.0.b': 4}}", "{_id: 1, a: [{b: 4}]}")]
    [InlineData("{_id: 1, a: 1, b: 2}", "{$unset: {a: ''}}", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$unset: {'a.0': ''}}", "{_id: 1, a: [null, 2]}")]
    [InlineData("{_id: 1, a: 1}", "{$unset: {'a.b': '', 'x.y': ''}}", "{_id: 1, a: 1}")]
    [InlineData("{_id: 1, a: 1}", "{$inc: {a: 2, b: -1}}", "{_id: 1, a: 3, b: -1}")]
    [InlineData("{_id: 1, a: 2147483647}", "{$inc: {a: 1}}", "{_id: 1, a: NumberLong('2147483648')}")]
    [InlineData("{_id: 1, a: 1}", "{$inc: {a: NumberLong(1)}}", "{_id: 1, a: NumberLong(2)}")]
    [InlineData("{_id: 1, a: 1}", "{$inc: {a: 0.5}}", "{_id: 1, a: 1.5}")]
    [InlineData("{_id: 1, a: NumberDecimal('1.10')}", "{$inc: {a: NumberDecimal('2.2')}}", "{_id: 1, a: NumberDecimal('3.30')}")]
    [InlineData("{_id: 1, a: 3}", "{$mul: {a: 2, b: NumberLong(5)}}", "{_id: 1, a: 6, b: NumberLong(0)}")]
    [InlineData("{_id: 1, a: 3, b: 3}", "{$min: {a: 2, b: 4, c: 1}}", "{_id: 1, a: 2, b: 3, c: 1}")]
    [InlineData("{_id: 1, a: 3, b: 3}", "{$max: {a: 2, b: 4}}", "{_id: 1, a: 3, b: 4}")]
    [InlineData("{_id: 1, a: 3}", "{$max: {a: 'text'}}", "{_id: 1, a: 'text'}")]
    [InlineData("{_id: 1, a: 3}", "{$rename: {a: 'b', x: 'y'}}", "{_id: 1, b: 3}")]
    [InlineData("{_id: 1, a: {b: 1}, c: 2}", "{$rename: {'a.b': 'd.e'}}", "{_id: 1, a: {}, c: 2, d: {e: 1}}")]
    [InlineData("{_id: 1}", "{$setOnInsert: {a: 1}}", "{_id: 1}")]
    [InlineData("{_id: 1, a: 13}", "{$bit: {a: {and: 10}}}", "{_id: 1, a: 8}")]
    [InlineData("{_id: 1}", "{$bit: {a: {or: NumberLong(5)}}}", "{_id: 1, a: NumberLong(5)}")]
    [InlineData("{a: 1, _id: 7}", "{$set: {b: 1}}", "{_id: 7, a: 1, b: 1}")]
    [InlineData("{_id: 1, a: 1}", "{$set: {_id: 1, a: 2}}", "{_id: 1, a: 2}")]
    [InlineData("{_id: 1, a: 1}", "{$set: {}}", "{_id: 1, a: 1}")]
    [InlineData("{_id: 1}", "{$set: {'a.$b': 1, c: {$d: 1}, 'e.f': {'g.h': 1}}}", "{_id: 1, a: {$b: 1}, c: {$d: 1}, e: {f: {'g.h': 1}}}")]
    [InlineData("{_id: 1, $a: 1, $b: 1}", "{$set: {$a: 1, c: 1}, $unset: {$b: 1}}", "{_id: 1, $a: 1, c: 1}")]
    [InlineData("{_id: 1, $a: 1}", "{$rename: {$a: 'b'}}", "{_id: 1, b: 1}")]
    [InlineData("{_id: 1, a: 1}", "{$rename: {'x.y': 'b', c: 'a.b'}}", "{_id: 1, a: 1}")]
    [InlineData("{_id: 1, a: [1]}", "{$rename: {'a.7': 'b'}}", "{_id: 1, a: [1]}")]
    [InlineData("{_id: {a: 1}}", "{$set: {'_id.a': 1, b: 1}}", "{_id: {a: 1}, b: 1}")]
    public void Field_operators(string document, string update, string expected) =>
        Assert.Equal(Show(Doc(expected)), Update(document, update));

    [Theory]
    [InlineData("{_id: 1}", "{$push: {a: 1}}", "{_id: 1, a: [1]}")]
    [InlineData("{_id: 1, a: [1]}", "{$push: {a: [2]}}", "{_id: 1, a: [1, [2]]}")]
    [InlineData("{_id: 1, a: [1]}", "{$push: {a: {$each: [3, 2], $sort: -1}}}", "{_id: 1, a: [3, 2, 1]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$push: {a: {$each: [9], $position: 1}}}", "{_id: 1, a: [1, 9, 2]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$push: {a: {$each: [9], $position: -1}}}", "{_id: 1, a: [1, 9, 2]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$push: {a: {$each: [3], $slice: -2}}}", "{_id: 1, a: [2, 3]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$push: {a: {$each: [], $slice: 1}}}", "{_id: 1, a: [1]}")]
    [InlineData("{_id: 1, a: [{b: 2}, {b: 1}]}", "{$push: {a: {$each: [{c: 0}], $sort: {b: 1}}}}", "{_id: 1, a: [{c: 0}, {b: 1}, {b: 2}]}")]
    [InlineData("{_id: 1, a: [1]}", "{$addToSet: {a: 1.0}}", "{_id: 1, a: [1]}")]
    [InlineData("{_id: 1, a: [1]}", "{$addToSet: {a: {$each: [2, 2, 1]}}}", "{_id: 1, a: [1, 2]}")]
    [InlineData("{_id: 1, a: [{x: 1, y: 2}]}", "{$addToSet: {a: {y: 2, x: 1}}}", "{_id: 1, a: [{x: 1, y: 2}, {y: 2, x: 1}]}")]
    [InlineData("{_id: 1, a: [1, 5, 9]}", "{$pull: {a: {$gte: 5}}}", "{_id: 1, a: [1]}")]
    [InlineData("{_id: 1, a: [{b: 1, c: 1}, {b: 2}]}", "{$pull: {a: {b: 1}}}", "{_id: 1, a: [{b: 2}]}")]
    [InlineData("{_id: 1, a: ['xa', 'b']}", "{$pull: {a: /^x/}}", "{_id: 1, a: ['b']}")]
    [InlineData("{_id: 1, a: [1, 2, 1]}", "{$pull: {a: 1}}", "{_id: 1, a: [2]}")]
    [InlineData("{_id: 1}", "{$push: {a: {$slice: 1}}}", "{_id: 1, a: [{$slice: 1}]}")]
    [InlineData("{_id: 1, a: [[1, 2], [2, 1]]}", "{$pull: {a: [1, 2]}}", "{_id: 1, a: [[2, 1]]}")]
    [InlineData("{_id: 1, a: [{b: 1, c: 2}, {c: 2, b: 1}]}", "{$pullAll: {a: [{b: 1, c: 2}]}}", "{_id: 1, a: [{c: 2, b: 1}]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$push: {a: {$each: [3, 4], $position: -5}}}", "{_id: 1, a: [3, 4, 1, 2]}")]
    [InlineData("{_id: 1, a: [1, 2]}", "{$push: {a: {$each: [3], $position: 9}}}", "{_id: 1, a: [1, 2, 3]}")]
    [InlineData("{_id: 1, a: [3, 1]}", "{$push: {a: {$each: [2], $sort: 1, $slice: 0}}}", "{_id: 1, a: []}")]
    [InlineData("{_id: 1, a: [1, 2, 3]}", "{$pullAll: {a: [1, 3.0]}}", "{_id: 1, a: [2]}")]
    [InlineData("{_id: 1, a: [1, 2, 3]}", "{$pop: {a: 1}}", "{_id: 1, a: [1, 2]}")]
    [InlineData("{_id: 1, a: [1, 2, 3]}", "{$pop: {a: -1}}", "{_id: 1, a: [2, 3]}")]
    [InlineData("{_id: 1}", "{$pull: {'a.b': 1}, $pop: {c: 1}}", "{_id: 1}")]
    public void Array_operators(string document, string update, string expected) =>
        Assert.Equal(Show(Doc(expected)), Update(document, update));

    [Theory]
    [InlineData("{_id: 1, a: [1, 5, 5]}", "{$set: {'a.$': 0}}", "{a: 5}", "{_id: 1, a: [1, 0, 5]}")]
    [InlineData("{_id: 1, a: [{b: 1}, {b: 2}]}", "{$inc: {'a.$.n': 1}}", "{'a.b': 2}", "{_id: 1, a: [{b: 1}, {b: 2, n: 1}]}")]
    [InlineData("{_id: 1, a: [{b: 1, c: 1}, {b: 1, c: 2}]}", "{$set: {'a.$.d': 1}}", "{a: {$elemMatch: {b: 1, c: 2}}}",
        "{_id: 1, a: [{b: 1, c: 1}, {b: 1, c: 2, d: 1}]}")]
    public void The_positional_operator_stands_for_what_the_query_found(string document, string update, string query, string expected) =>
        Assert.Equal(Show(Doc(expected)), Update(document, update, query));

    [Theory]
    [InlineData("{_id: 1, a: [1, 2]}", "{$inc: {'a.$[]': 1}}", "[]", "{_id: 1, a: [2, 3]}")]
    [InlineData("{_id: 1, a: [1, 5]}", "{$set: {'a.$[x]': 0}}", "[{x: {$gt: 3}}]", "{_id: 1, a: [1, 0]}")]
    [InlineData("{_id: 1, a: [{b: 1, c: [1, 2]}, {b: 2, c: [2]}]}", "{$set: {'a.$[x].c.$[y]': 0}}", "[{'x.b': 1}, {y: 2}]",
        "{_id: 1, a: [{b: 1, c: [1, 0]}, {b: 2, c: [2]}]}")]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.$[x]': 0}}", "[{x: {$gt: 3}}]", "{_id: 1, a: [1]}")]
    public void Array_filters_choose_elements(string document, string update, string filters, string expected) =>
        Assert.Equal(Show(Doc(expected)), Update(document, update, "{}", filters));

    [Theory]
    [InlineData("{_id: 1, a: 1}", "{b: 2}", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: 1}", "{b: 2, _id: 1}", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: 1}", "{}", "{_id: 1}")]
    [InlineData("{_id: 1, a: 1}", "[{$set: {b: {$add: ['$a', 1]}}}, {$unset: 'a'}]", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: 1}", "[{$unset: '_id'}]", "{_id: 1, a: 1}")]
    [InlineData("{_id: 1, a: 1}", "[{$replaceWith: {b: 2}}]", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: {b: 2}}", "[{$replaceRoot: {newRoot: '$a'}}]", "{_id: 1, b: 2}")]
    [InlineData("{_id: 1, a: 1}", "{_id: 1.0, b: 2}", "{_id: 1.0, b: 2}")]
    [InlineData("{_id: 1}", "{a: {$b: 1}, 'c.d': 1}", "{_id: 1, a: {$b: 1}, 'c.d': 1}")]
    [InlineData("{_id: 1}", "{a: 1, $ref: 'x', $id: 5, $db: 'y'}", "{_id: 1, a: 1, $ref: 'x', $id: 5, $db: 'y'}")]
    public void Replacements_and_pipelines(string document, string update, string expected) =>
        Assert.Equal(Show(Doc(expected)), Update(document, update));

    [Theory]
    [InlineData("{_id: 1}", "{$set: {a: 1}, $inc: {a: 1}}", 40)]
    [InlineData("{_id: 1}", "{$set: {a: 1, 'a.b': 1}}", 40)]
    [InlineData("{_id: 1}", "{$set: {'a.b': 1}, $unset: {a: 1}}", 40)]
    [InlineData("{_id: 1}", "{$rename: {a: 'a.b'}}", 2)]
    [InlineData("{_id: 1}", "{$rename: {a: 'b'}, $set: {b: 1}}", 40)]
    [InlineData("{_id: 1}", "{$rename: {a: 'b'}, $set: {a: 1}}", 40)]
    [InlineData("{_id: 1}", "{$set: {'a.$[]': 1, 'a.5': 2}}", 40)]
    [InlineData("{_id: 1}", "{$set: {'a.5': 2, 'a.$[].b': 1}}", 40)]
    [InlineData("{_id: 1}", "{$set: {_id: 1.0}}", 66)]
    [InlineData("{_id: {a: 1}}", "{$set: {'_id.a': 2}}", 66)]
    [InlineData("{_id: {a: 1}}", "{$set: {'_id.b': 2}}", 66)]
    [InlineData("{_id: 1}", "[{$set: {_id: 2}}]", 66)]
    [InlineData("{_id: 1}", "{$set: {$id: 1}}", 55)]
    [InlineData("{_id: 1}", "{$set: {$ref: 1, $id: 1}}", 55)]
    [InlineData("{_id: 1, $a: 1}", "{$set: {$a: 2}}", 52)]
    [InlineData("{_id: 1, $a: 1}", "{$inc: {$a: 2}}", 52)]
    [InlineData("{_id: 1}", "{$rename: {$b: '$a'}, $set: {$c: 1}}", 52)]
    [InlineData("{_id: 1}", "{$set: {'$[].a': 1}}", 2)]
    [InlineData("{_id: 1, a: []}", "{$set: {'a.1500001': 1}}", 34)]
    [InlineData("{_id: 1}", "{a: 1, '$b': 1}", 52)]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.$[]': 1, 'a.0': 2}}", 40)]
    [InlineData("{_id: 1}", "{$set: {_id: 2}}", 66)]
    [InlineData("{_id: 1}", "{$unset: {_id: 1}}", 66)]
    [InlineData("{_id: 1}", "{$inc: {_id: 1}}", 66)]
    [InlineData("{_id: 1}", "{_id: 2}", 66)]
    [InlineData("{_id: 1}", "{$inc: {a: 'x'}}", 14)]
    [InlineData("{_id: 1, a: 'x'}", "{$inc: {a: 1}}", 14)]
    [InlineData("{_id: 1, a: null}", "{$inc: {a: 1}}", 14)]
    [InlineData("{_id: 1, a: NumberLong('9223372036854775807')}", "{$inc: {a: 1}}", 2)]
    [InlineData("{_id: 1, a: 1}", "{$pop: {a: 1}}", 14)]
    [InlineData("{_id: 1, a: 1}", "{$push: {a: 1}}", 2)]
    [InlineData("{_id: 1, a: 1}", "{$addToSet: {a: 1}}", 2)]
    [InlineData("{_id: 1, a: 1}", "{$pull: {a: 1}}", 2)]
    [InlineData("{_id: 1}", "{$push: {a: {$each: 1}}}", 2)]
    [InlineData("{_id: 1}", "{$push: {a: {$each: [], $nonsense: 1}}}", 2)]
    [InlineData("{_id: 1}", "{$pop: {a: 2}}", 9)]
    [InlineData("{_id: 1}", "{$pullAll: {a: 2}}", 2)]
    [InlineData("{_id: 1}", "{$set: {$a: 1}}", 52)]
    [InlineData("{_id: 1}", "{a: 1, $b: 2}", 52)]
    [InlineData("{_id: 1}", "{$set: {a: 1}, b: 2}", 9)]
    [InlineData("{_id: 1}", "{$nonsense: {a: 1}}", 9)]
    [InlineData("{_id: 1}", "{$set: 5}", 9)]
    [InlineData("{_id: 1, a: 5}", "{$set: {'a.b': 1}}", 28)]
    [InlineData("{_id: 1, a: null}", "{$set: {'a.b': 1}}", 28)]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.b': 1}}", 28)]
    [InlineData("{_id: 1, a: 5}", "{$pull: {'a.b': 1}}", 28)]
    [InlineData("{_id: 1}", "{$set: {'': 1}}", 56)]
    [InlineData("{_id: 1}", "{$set: {'a..b': 1}}", 56)]
    [InlineData("{_id: 1}", "{$set: {'a.': 1}}", 56)]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.$': 1}}", 2)]
    [InlineData("{_id: 1}", "{$set: {'$': 1}}", 2)]
    [InlineData("{_id: 1, a: [1]}", "{$set: {'a.$.b.$': 1}}", 2)]
    [InlineData("{_id: 1}", "{$set: {'a.$[]': 1}}", 2)]
    [InlineData("{_id: 1, a: 1}", "{$set: {'a.$[]': 1}}", 2)]
    [InlineData("{_id: 1, a: 1}", "{$set: {'a.$[x]': 1}}", 2)]
    [InlineData("{_id: 1, a: [{b: 1}]}", "{$rename: {'a.0.b': 'c'}}", 2)]
    [InlineData("{_id: 1, a: [{b: 1}]}", "{$rename: {'a.b': 'c'}}", 28)]
    [InlineData("{_id: 1, a: 5}", "{$rename: {'a.b': 'c'}}", 28)]
    [InlineData("{_id: 1, a: 5, b: 1}", "{$rename: {b: 'a.c'}}", 28)]
    [InlineData("{_id: 1, a: [1], b: 1}", "{$rename: {b: 'a.0'}}", 2)]
    [InlineData("{_id: 1}", "{$rename: {'a.b': 'a'}}", 2)]
    [InlineData("{_id: 1}", "{$rename: {a: 5}}", 2)]
    [InlineData("{_id: 1}", "{$rename: {a: ''}}", 56)]
    [InlineData("{_id: 1}", "{$rename: {'a.$': 'b'}}", 2)]
    [InlineData("{_id: 1}", "{$rename: {_id: 'b'}}", 66)]
    [InlineData("{_id: 1, b: 2}", "{$rename: {b: '_id'}}", 66)]
    [InlineData("{_id: 1}", "{$rename: {a: 'a'}}", 2)]
    [InlineData("{_id: 1}", "{$currentDate: {a: 1}}", 2)]
    [InlineData("{_id: 1}", "{$bit: {a: {and: 1.5}}}", 2)]
    [InlineData("{_id: 1}", "[{$match: {a: 1}}]", 72)]
    [InlineData("{_id: 1}", "{$set: {'a.9999999': 1, b: 1}, $push: {b: 1}}", 40)]
    public void Whatever_is_wrong_is_refused_with_MongoDBs_code(string document, string update, int code) =>
        Assert.Equal(code, Code(() => Update(document, update)));

    [Theory]
    [InlineData("{$set: {'a.$[x]': 1}}", "[{x: 1}, {y: 1}]", 9)]
    [InlineData("{$set: {'a.$[x]': 1}}", "[{x: 1}, {x: 2}]", 9)]
    [InlineData("{$set: {'a.$[x]': 1}}", "[{x: 1, y: 1}]", 9)]
    [InlineData("{$set: {'a.$[x]': 1}}", "[{}]", 9)]
    [InlineData("{$set: {'a.$[X]': 1}}", "[{X: 1}]", 2)]
    [InlineData("{a: 1}", "[{x: 1}]", 9)]
    public void Array_filters_must_be_in_order(string update, string filters, int code) =>
        Assert.Equal(code, Code(() => Update("{_id: 1, a: [1]}", update, "{}", filters)));

    [Theory]
    [InlineData("{a: 1, b: {$eq: 2}, c: {$gt: 3}, d: /x/}", "{a: 1, b: 2}")]
    [InlineData("{$and: [{a: 1}, {b: {$in: [2]}}], c: {$in: [1, 2]}}", "{a: 1, b: 2}")]
    [InlineData("{$or: [{a: 1}, {b: 1}], $nor: [{c: 1}]}", "{}")]
    [InlineData("{$or: [{a: 1}]}", "{a: 1}")]
    [InlineData("{b: 1, a: 2, 'c.$id': 3}", "{a: 2, b: 1, c: {$id: 3}}")]
    [InlineData("{a: {$in: [1, 1.0]}, b: {$all: [[1]]}, c: {$elemMatch: {x: 1}}, d: {$not: {$ne: 1}}}", "{a: 1, b: [1]}")]
    [InlineData("{a: {$eq: null, $lt: 5}, b: {$in: [/x/]}, c: {$all: [{$elemMatch: {x: 1}}]}}", "{a: null}")]
    [InlineData("{'a.b': 1, 'a.c': 2}", "{a: {b: 1, c: 2}}")]
    [InlineData("{a: {b: 1}, c: [1], d: null}", "{a: {b: 1}, c: [1], d: null}")]
    public void An_upsert_starts_from_the_querys_equalities(string query, string expected) =>
        Same(expected, UpsertSeeds.Of(Doc(query), Collation.Simple));

    [Fact]
    public void What_a_collation_holds_equal_is_one_value_to_an_upsert()
    {
        var collation = Collation.Parse(Doc("{locale: 'en', strength: 2}"));

        Same("{a: 'x'}", UpsertSeeds.Of(Doc("{a: {$in: ['x', 'X']}}"), collation));
        Same("{}", UpsertSeeds.Of(Doc("{a: {$in: ['x', 'X']}}"), Collation.Simple));
    }

    [Fact]
    public void The_positional_operator_finds_nothing_in_what_an_upsert_begins_with() =>
        Assert.Equal(2, Code(() => UpdateSpec.Parse(Doc("{$set: {'a.$': 9}}"), null).Insert(Doc("{a: [1, 2], $and: [{a: {$gt: 1}}]}"))));

    [Fact]
    public void A_path_that_two_equalities_claim_cannot_be_inferred()
    {
        Assert.Equal(54, Code(() => UpsertSeeds.Of(Doc("{a: 1, $and: [{a: 2}]}"), Collation.Simple)));
        Assert.Equal(54, Code(() => UpsertSeeds.Of(Doc("{a: {$all: [1, 2]}}"), Collation.Simple)));
        Assert.Equal(54, Code(() => UpsertSeeds.Of(Doc("{'a.b': 1, a: {c: 1}}"), Collation.Simple)));
    }

    [Fact]
    public void A_replacement_takes_only_the_id_from_the_query()
    {
        var spec = UpdateSpec.Parse(Doc("{b: 2}"), null);

        Assert.Equal(Show(Doc("{_id: 5, b: 2}")), Show(spec.Insert(Doc("{a: 1, $and: [{a: 2}, {_id: 5}]}"))));
        Assert.Equal(111, Code(() => spec.Insert(Doc("{'_id.x': 1}"))));
        Assert.Equal(66, Code(() => UpdateSpec.Parse(Doc("{_id: 2}"), null).Insert(Doc("{_id: 1}"))));
    }

    [Theory]
    [InlineData("{a: 1}", "{$set: {$b: 1}}", 52)]
    [InlineData("{$and: [{$x: 1}]}", "{$set: {b: 1}}", 2)]
    [InlineData("{a: [1]}", "{$set: {_id: [1]}}", 53)]
    [InlineData("{_id: 1}", "{$set: {_id: 2}}", 66)]
    [InlineData("{_id: {a: 1}}", "{$set: {'_id.b': 1}}", 66)]
    [InlineData("{a: 1}", "{$set: {'a.$': 1}}", 2)]
    [InlineData("{a: 1}", "{$set: {'b.$[]': 1}}", 2)]
    public void An_upsert_that_makes_no_document_is_refused(string query, string update, int code) =>
        Assert.Equal(code, Code(() =>
        {
            Query.Matcher.Compile(Doc(query));
            UpdateSpec.Parse(Doc(update), null).Insert(Doc(query));
        }));

    [Fact]
    public void A_pipeline_may_write_top_level_dollars_and_an_upsert_by_it_starts_from_all_equalities() =>
        Assert.Equal(
            Show(Doc("{a: 1, $b: 2}")),
            Show(UpdateSpec.Parse(Arr("[{$replaceWith: {$mergeObjects: ['$$ROOT', {$literal: {$b: 2}}]}}]"), null).Insert(Doc("{a: 1}"))));

    [Fact]
    public void Empty_timestamps_at_the_top_of_a_replacement_become_the_time()
    {
        var updated = UpdateSpec.Parse(Doc("{a: Timestamp(0, 0), b: {c: Timestamp(0, 0)}}"), null).Apply(Doc("{_id: 1}"), []);

        Assert.NotEqual(0, updated["a"].AsBsonTimestamp.Value);
        Assert.Equal(0, updated["b"]["c"].AsBsonTimestamp.Value);
    }

    [Fact]
    public void An_upsert_sets_what_is_for_inserts_only() =>
        Assert.Equal(Show(Doc("{_id: 5, a: 1, n: 1}")), Show(UpdateSpec.Parse(Doc("{$setOnInsert: {a: 1}, $inc: {n: 1}}"), null).Insert(Doc("{_id: 5}"))));

    [Fact]
    public void CurrentDate_writes_the_time_as_asked()
    {
        var spec = UpdateSpec.Parse(Doc("{$currentDate: {a: true, b: {$type: 'timestamp'}}}"), null);

        var updated = spec.Apply(Doc("{_id: 1}"), []);

        Assert.Equal((BsonType.DateTime, BsonType.Timestamp), (updated["a"].BsonType, updated["b"].BsonType));
    }

    [Fact]
    public void Documents_nest_a_hundred_levels_deep_at_most()
    {
        string Deep(int levels) => $"{{$set: {{{string.Concat(Enumerable.Repeat("a: {", levels))}{new string('}', levels)}}}}}";

        Update("{_id: 1}", Deep(99));
        Assert.Equal(15, Code(() => Update("{_id: 1}", Deep(100))));
    }
}
