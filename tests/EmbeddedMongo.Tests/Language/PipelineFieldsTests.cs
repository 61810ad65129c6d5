using CsCheck;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Wire;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class PipelineFieldsTests
{
    [Theory]
    [InlineData("[{$group: {_id: '$a.b', n: {$sum: 1}, s: {$push: {$ifNull: ['$b', '$1']}}}}]")]
    [InlineData("[{$group: {_id: null, n: {$sum: {$cond: [{$eq: ['$a', '$b']}, 1, 2]}}}}]")]
    [InlineData("[{$match: {'a.0': {$exists: true}}}, {$count: 'n'}]")]
    [InlineData("[{$limit: 3}, {$match: {$or: [{a: 1}, {'b.a': {$ne: null}}]}}, {$count: 'n'}]")]
    [InlineData("[{$sort: {a: 1}}, {$skip: 1}, {$group: {_id: null, b: {$push: '$b'}}}]")]
    [InlineData("[{$limit: 5}, {$sort: {b: -1}}, {$group: {_id: null, a: {$push: '$a'}}}]")]
    [InlineData("[{$unwind: '$a'}, {$sortByCount: '$a'}]")]
    [InlineData("[{$set: {'a.b': '$b', c: 1}}, {$group: {_id: '$a', c: {$sum: '$c'}}}]")]
    [InlineData("[{$project: {a: 1}}]")]
    [InlineData("[{$project: {_id: 0, 'a.b': 1, x: {$add: [0, 1]}, y: '$b.a'}}, {$set: {z: '$$ROOT'}}]")]
    [InlineData("[{$project: {b: {a: 1, b: '$1'}}}]")]
    [InlineData("[{$project: {x: {$let: {vars: {v: '$a'}, in: ['$$v', '$b']}}}}]")]
    public void A_pipeline_makes_of_the_fields_it_names_what_it_makes_of_whole_documents(string stages)
    {
        var pipeline = Pipeline.ParseOver(Arr(stages), QueryContext.Plain);
        Assert.NotNull(pipeline.Fields);

        Generators.Docs.Array[0, 5].Sample(documents =>
        {
            var whole = documents.Select((d, i) => new BsonDocument("_id", i).AddRange(d)).ToList();
            var parts = whole.Select(d => BsonBytes.Decode(d.ToBson(), pipeline.Fields));
            return Outcome(pipeline, whole) == Outcome(pipeline, parts);
        }, iter: 300);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("[{$sort: {a: 1}}, {$limit: 1}]")]
    [InlineData("[{$set: {x: '$a'}}]")]
    [InlineData("[{$unwind: '$a'}]")]
    [InlineData("[{$project: {a: 0}}]")]
    [InlineData("[{$project: {_id: 0}}]")]
    [InlineData("[{$project: {a: {b: 0}}}]")]
    [InlineData("[{$project: {x: '$$ROOT'}}]")]
    [InlineData("[{$project: {x: {$mergeObjects: ['$$CURRENT', {y: 1}]}}}]")]
    [InlineData("[{$project: {x: {$getField: 'b'}}}]")]
    [InlineData("[{$group: {_id: null, x: {$push: '$$ROOT'}}}]")]
    [InlineData("[{$group: {_id: null, x: {$top: {sortBy: {b: 1}, output: '$a'}}}}]")]
    [InlineData("[{$limit: 1}, {$match: {$expr: {$eq: ['$b', 1]}}}, {$count: 'n'}]")]
    [InlineData("[{$replaceWith: '$a'}, {$count: 'n'}]")]
    [InlineData("[{$facet: {a: [{$count: 'n'}]}}]")]
    public void Where_more_may_be_looked_at_documents_are_decoded_as_a_whole(string stages) =>
        Assert.Null(Pipeline.ParseOver(Arr(stages), QueryContext.Plain).Fields);

    // An error is an outcome, too.
    private static string Outcome(Pipeline pipeline, IEnumerable<BsonDocument> documents)
    {
        try
        {
            return Show(new BsonArray(pipeline.Run(documents)));
        }
        catch (MongoError error)
        {
            return error.CodeName;
        }
    }
}
