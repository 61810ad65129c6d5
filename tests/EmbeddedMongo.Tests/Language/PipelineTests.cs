using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class PipelineTests
{
    private const string Sales =
        "[{_id: 1, k: 'a', n: 1}, {_id: 2, k: 'b', n: 2}, {_id: 3, k: 'a', n: 3.5}, {_id: 4, n: NumberLong(4)}]";

    [Theory]
    [InlineData("[{$match: {n: {$gt: 1}}}, {$match: {k: 'a'}}]", "[{_id: 3, k: 'a', n: 3.5}]")]
    [InlineData("[{$sort: {n: -1}}, {$limit: 1}, {$project: {n: 1}}]", "[{_id: 4, n: NumberLong(4)}]")]
    [InlineData("[{$sort: {n: 1}}, {$skip: 3}, {$project: {n: 1, _id: 0}}]", "[{n: NumberLong(4)}]")]
    [InlineData("[{$count: 'n'}]", "[{n: 4}]")]
    [InlineData("[{$match: {_id: 0}}, {$skip: 0}, {$count: 'n'}]", "[]")]
    [InlineData("[{$group: {_id: '$k', n: {$sum: '$n'}}}]", "[{_id: 'a', n: 4.5}, {_id: 'b', n: 2}, {_id: null, n: NumberLong(4)}]")]
    [InlineData("[{$group: {_id: 1, n: {$sum: 1}}}]", "[{_id: 1, n: 4}]")]
    [InlineData("[{$group: {_id: {k: '$k'}, c: {$count: {}}}}]", "[{_id: {k: 'a'}, c: 2}, {_id: {k: 'b'}, c: 1}, {_id: {k: null}, c: 1}]")]
    [InlineData("[{$group: {_id: {k: '$none', z: '$none'}}}]", "[{_id: {}}]")]
    [InlineData("[{$group: {_id: {}}}]", "[{_id: {}}]")]
    [InlineData("[{$group: {_id: {$expr: {}}}}]", "[{_id: {}}]")]
    [InlineData("[{$limit: 1}, {$project: {_id: 0}}, {$set: {n: {}, k: 1}}]", "[{k: 1, n: {}}]")]
    [InlineData("[{$group: {_id: null, l: {$min: '$n'}, h: {$max: '$n'}, a: {$avg: '$n'}, f: {$first: '$k'}, z: {$last: '$k'}}}]",
        "[{_id: null, l: 1, h: NumberLong(4), a: 2.625, f: 'a', z: null}]")]
    [InlineData("[{$group: {_id: null, p: {$push: '$k'}, s: {$addToSet: '$k'}}}]", "[{_id: null, p: ['a', 'b', 'a'], s: ['a', 'b']}]")]
    [InlineData("[{$sortByCount: '$k'}, {$limit: 1}]", "[{_id: 'a', count: 2}]")]
    [InlineData("[{$limit: 1}, {$addFields: {'x.y': '$n', n: {$add: ['$n', 1]}}}]", "[{_id: 1, k: 'a', n: 2, x: {y: 1}}]")]
    [InlineData("[{$limit: 1}, {$set: {k: '$$REMOVE', z: 5}}, {$unset: ['n']}]", "[{_id: 1, z: 5}]")]
    [InlineData("[{$limit: 1}, {$replaceWith: {a: '$n', r: '$$ROOT.k', c: '$$CURRENT.n'}}]", "[{a: 1, r: 'a', c: 1}]")]
    [InlineData("[{$limit: 1}, {$replaceRoot: {newRoot: {x: ['$k', '$none']}}}]", "[{x: ['a', null]}]")]
    [InlineData("[{$facet: {a: [{$match: {k: 'a'}}, {$count: 'n'}], b: [{$limit: 1}, {$project: {_id: 1}}]}}]", "[{a: [{n: 2}], b: [{_id: 1}]}]")]
    public void Stages(string pipeline, string expected) => Same(expected, Run(pipeline, Sales));

    [Theory]
    [InlineData("[{$unwind: '$a'}]", "[{_id: 1, a: 1}, {_id: 1, a: 2}, {_id: 3, a: 7}]")]
    [InlineData("[{$unwind: {path: '$a', includeArrayIndex: 'i', preserveNullAndEmptyArrays: true}}]",
        "[{_id: 1, a: 1, i: NumberLong(0)}, {_id: 1, a: 2, i: NumberLong(1)}, {_id: 2, i: null}, {_id: 3, a: 7, i: null}, {_id: 4, i: null}]")]
    public void Unwind_makes_a_document_of_each_element(string pipeline, string expected) =>
        Same(expected, Run(pipeline, "[{_id: 1, a: [1, 2]}, {_id: 2, a: []}, {_id: 3, a: 7}, {_id: 4}]"));

    [Theory]
    [InlineData("[1, 2]", "3")]
    [InlineData("[2147483647, 1]", "NumberLong('2147483648')")]
    [InlineData("[NumberLong('9223372036854775807'), 1]", "9.223372036854775807e18")]
    [InlineData("[NumberLong(1), 1]", "NumberLong(2)")]
    [InlineData("[0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]", "1.0")]
    [InlineData("[NumberDecimal('1.10'), 1]", "NumberDecimal('2.10')")]
    [InlineData("['x', 1, null]", "1")]
    [InlineData("['x']", "0")]
    public void A_sum_has_the_widest_type_it_needs(string numbers, string expected) =>
        Same($"[{{_id: null, s: {expected}}}]", Run("[{$unwind: '$n'}, {$group: {_id: null, s: {$sum: '$n'}}}]", $"[{{n: {numbers}}}]"));

    [Theory]
    [InlineData("[{$match: {a: 1}}, {$match: {b: 2}}, {$count: 'n'}]", "{$and: [{a: 1}, {b: 2}]}", null, 0, 0)]
    [InlineData("[{$sort: {a: 1}}, {$match: {b: 2}}]", "{b: 2}", "{a: 1}", 0, 0)]
    [InlineData("[{$sort: {a: 1}}, {$skip: 5}, {$limit: 10}, {$limit: 3}]", "{}", "{a: 1}", 5, 3)]
    [InlineData("[{$sort: {a: 1}}, {$limit: 10}, {$skip: 4}]", "{}", "{a: 1}", 4, 6)]
    [InlineData("[{$addFields: {x: 1}}, {$match: {b: 2}}]", "{b: 2}", null, 0, 0)]
    [InlineData("[{$addFields: {'b.x': 1}}, {$match: {b: 2}}]", "{}", null, 0, 0)]
    [InlineData("[{$project: {b: 1, c: 1}}, {$match: {'b.x': 2, _id: 5}}]", "{'b.x': 2, _id: 5}", null, 0, 0)]
    [InlineData("[{$project: {c: 1}}, {$match: {b: null}}]", "{}", null, 0, 0)]
    [InlineData("[{$project: {b: '$c'}}, {$match: {b: 2}}]", "{}", null, 0, 0)]
    [InlineData("[{$unset: 'a.b'}, {$match: {b: 2}}]", "{b: 2}", null, 0, 0)]
    [InlineData("[{$unset: ['b.c']}, {$match: {b: 2}}]", "{}", null, 0, 0)]
    [InlineData("[{$unset: 'a'}, {$match: {$expr: '$b'}}]", "{}", null, 0, 0)]
    [InlineData("[{$limit: 5}, {$match: {b: 2}}]", "{}", null, 0, 0)]
    public void What_a_collection_can_be_read_by_is_taken_to_the_front(string pipeline, string filter, string? sort, int skip, int limit)
    {
        var head = Pipeline.ParseOver(Arr(pipeline), Query.QueryContext.Plain).Head;

        Assert.Equal(Doc(filter), head.Filter);
        Assert.Equal(sort is null ? null : Doc(sort), head.Sort);
        Assert.Equal((skip, limit), (head.Skip, head.Limit));
    }

    [Fact]
    public void A_text_score_can_be_read_and_is_no_field()
    {
        const string scored = "[{_id: 1, $textScore: 1.0}, {_id: 2, $textScore: 2.0}]";

        Same("[{_id: 2, s: 2.0}, {_id: 1, s: 1.0}]",
            Run("[{$addFields: {x: 1}}, {$sort: {s: {$meta: 'textScore'}}}, {$project: {s: {$meta: 'textScore'}}}]", scored));
        Same("[{_id: 1}, {_id: 2}]", Run("[{$replaceWith: '$$ROOT'}]", scored));
        Same("[{_id: 1}]", Run("[{$group: {_id: 1}}, {$addFields: {s: {$meta: 'textScore'}}}, {$sort: {s: {$meta: 'textScore'}}}]", scored));
    }

    [Theory]
    [InlineData("[{$nonsense: 1}]", 40324)]
    [InlineData("[{}]", 40323)]
    [InlineData("[1]", 14)]
    [InlineData("[{$graphLookup: {}}]", 238)]
    [InlineData("[{$bucket: {}}]", 238)]
    [InlineData("[{$out: 'x'}]", 238)]
    [InlineData("[{$limit: 1, $skip: 1}]", 40323)]
    [InlineData("[{$sort: 1}]", 15973)]
    [InlineData("[{$match: 1}]", 15959)]
    [InlineData("[{$match: {$and: [{a: 1}, {$text: {$search: 'x'}}]}}]", 17313)]
    [InlineData("[{$limit: 1.5}]", 5107201)]
    [InlineData("[{$count: '$x'}]", 40158)]
    [InlineData("[{$count: 'a.b'}]", 40160)]
    [InlineData("[{$sortByCount: {a: '$a'}}]", 40147)]
    [InlineData("[{$sortByCount: {}}]", 40147)]
    [InlineData("[{$sortByCount: 'k'}]", 40148)]
    [InlineData("[{$sortByCount: 1}]", 40149)]
    [InlineData("[{$addFields: {}}]", 40177)]
    [InlineData("[{$set: 1}]", 40272)]
    [InlineData("[{$unset: []}]", 31119)]
    [InlineData("[{$unset: 1}]", 31002)]
    [InlineData("[{$unset: [1]}]", 31120)]
    [InlineData("[{$replaceRoot: 1}]", 40229)]
    [InlineData("[{$replaceRoot: {}}]", 40414)]
    [InlineData("[{$replaceRoot: {newRoot: {}, x: 1}}]", 40415)]
    [InlineData("[{$unwind: {}}]", 28812)]
    [InlineData("[{$unwind: 1}]", 15981)]
    [InlineData("[{$unwind: {path: 1}}]", 28808)]
    [InlineData("[{$unwind: {path: '$a', x: 1}}]", 28811)]
    [InlineData("[{$unwind: {path: '$a', includeArrayIndex: 1}}]", 28810)]
    [InlineData("[{$unwind: {path: '$a', includeArrayIndex: '$i'}}]", 28822)]
    [InlineData("[{$unwind: {path: '$a', preserveNullAndEmptyArrays: 1}}]", 28809)]
    [InlineData("[{$group: 1}]", 15947)]
    [InlineData("[{$group: {_id: 1, $a: {$sum: 1}}}]", 40236)]
    [InlineData("[{$group: {_id: {$divide: [1, 0]}}}]", 2)]
    [InlineData("[{$facet: {}}]", 40169)]
    [InlineData("[{$facet: {a: 1}}]", 40170)]
    [InlineData("[{$facet: {a: [1]}}]", 40171)]
    [InlineData("[{$facet: {a: [{$lookup: {from: 'x', as: 'y', pipeline: [{$facet: {b: []}}]}}]}}]", 40600)]
    [InlineData("[{$group: {}}]", 15955)]
    [InlineData("[{$group: {_id: 1, a: 5}}]", 40234)]
    [InlineData("[{$group: {_id: 1, a: {$nonsense: 5}}}]", 15952)]
    [InlineData("[{$group: {_id: 1, a: {$sum: 5, $avg: 1}}}]", 40238)]
    [InlineData("[{$group: {_id: 1, 'a.b': {$sum: 5}}}]", 40235)]
    [InlineData("[{$group: {_id: 1, a: {$sum: {$nonsense: 1}}}}]", 168)]
    [InlineData("[{$group: {_id: 1, a: {$top: 5}}}]", 5788001)]
    [InlineData("[{$project: {a: {$nonsense: 1}}}]", 31325)]
    [InlineData("[{$project: {a: {$toHashedIndexKey: 1}}}]", 238)]
    [InlineData("[{$project: {}}]", 51272)]
    [InlineData("[{$project: {a: 1, b: 0}}]", 31254)]
    [InlineData("[{$project: {a: 0, b: 1}}]", 31253)]
    [InlineData("[{$project: {a: '$$x'}}]", 17276)]
    [InlineData("[{$project: {a: {$add: 1, $sum: 2}}}]", 16410)]
    [InlineData("[{$sort: {}}]", 15976)]
    [InlineData("[{$sort: {a: 2}}]", 15975)]
    [InlineData("[{$sort: {a: 'x'}}]", 15974)]
    [InlineData("[{$sort: {a: {b: 1}}}]", 17312)]
    [InlineData("[{$sort: {a: {}}}]", 17312)]
    [InlineData("[{$sort: {a: {$meta: 'textScore', b: 1}}}]", 9)]
    [InlineData("[{$sort: {a: {$meta: 'recordId'}}}]", 31138)]
    [InlineData("[{$sort: {a: {$meta: 'randVal'}}}]", 238)]
    [InlineData("[{$limit: 0}]", 15958)]
    [InlineData("[{$limit: 'x'}]", 5107201)]
    [InlineData("[{$skip: -1}]", 5107200)]
    [InlineData("[{$count: 1}]", 40156)]
    [InlineData("[{$count: ''}]", 40157)]
    [InlineData("[{$count: 'a\\u0000'}]", 40159)]
    [InlineData("[{$unwind: '$'}]", 40352)]
    [InlineData("[{$unwind: '$a\\u0000'}]", 16411)]
    [InlineData("[{$set: {a: 1, 'a.b': 1}}]", 40176)]
    [InlineData("[{$set: {'a.b': 1, a: {b: 2}}}]", 40176)]
    [InlineData("[{$set: {a: {$add: [1], b: 1}}}]", 40181)]
    [InlineData("[{$set: {a: {'b.c': 1}}}]", 40183)]
    [InlineData("[{$set: {'a.$': 1}}]", 16410)]
    [InlineData("[{$unwind: 'a'}]", 28818)]
    [InlineData("[{$limit: 1}, {$match: {$text: {$search: 'x'}}}]", 17313)]
    [InlineData("[{$replaceWith: '$k'}]", 40228)]
    [InlineData("[{$facet: {a: [{$facet: {b: []}}]}}]", 40600)]
    public void Whatever_is_wrong_is_refused_with_MongoDBs_code(string pipeline, int code) =>
        Assert.Equal(code, Code(() => Run(pipeline, Sales)));

    private static BsonArray Run(string pipeline, string documents)
    {
        var input = Arr(documents).Select(d => d.AsBsonDocument).ToList();
        var result = new BsonArray(Pipeline.Parse(Arr(pipeline)).Run(input));
        Assert.Equal(Arr(documents), new BsonArray(input));
        return result;
    }
}
