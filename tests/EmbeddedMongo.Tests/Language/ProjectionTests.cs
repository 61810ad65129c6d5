using Visuels.EmbeddedMongo.Query;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class ProjectionTests
{
    private const string Document = "{_id: 1, a: 1, b: {c: 2, d: 3}, e: [{f: 1, g: 1}, 5, {f: 2}], h: [1, 2, 3, 4]}";

    [Theory]
    [InlineData("{}", Document)]
    [InlineData("{a: 1}", "{_id: 1, a: 1}")]
    [InlineData("{h: true, a: 1, _id: 0}", "{a: 1, h: [1, 2, 3, 4]}")]
    [InlineData("{_id: 1}", "{_id: 1}")]
    [InlineData("{'b.c': 1}", "{_id: 1, b: {c: 2}}")]
    [InlineData("{b: {c: 1}}", "{_id: 1, b: {c: 2}}")]
    [InlineData("{'e.f': 1, 'a.x': 1}", "{_id: 1, e: [{f: 1}, {f: 2}]}")]
    [InlineData("{b: 0, e: 0, h: 0}", "{_id: 1, a: 1}")]
    [InlineData("{'e.f': 0, b: 0, h: 0, a: 0}", "{_id: 1, e: [{g: 1}, 5, {}]}")]
    [InlineData("{_id: 0, b: 0, e: 0, h: 0}", "{a: 1}")]
    [InlineData("{_id: 1, b: 0, e: 0, h: 0}", "{_id: 1, a: 1}")]
    [InlineData("{h: {$slice: 2}, b: 0, e: 0}", "{_id: 1, a: 1, h: [1, 2]}")]
    [InlineData("{h: {$slice: -1}, a: 1}", "{_id: 1, a: 1, h: [4]}")]
    [InlineData("{h: {$slice: [1, 2]}, _id: 1}", "{_id: 1, h: [2, 3]}")]
    [InlineData("{h: {$slice: [-3, 1]}, _id: 1}", "{_id: 1, h: [2]}")]
    [InlineData("{h: {$slice: NaN}, _id: 1}", "{_id: 1, h: []}")]
    [InlineData("{h: {$slice: [1.9, NumberLong('99999999999')]}, _id: 1}", "{_id: 1, h: [2, 3, 4]}")]
    [InlineData("{h: {$slice: -99}, _id: 1}", "{_id: 1, h: [1, 2, 3, 4]}")]
    [InlineData("{'b.c': {$slice: 1}, e: 0, h: 0}", "{_id: 1, a: 1, b: {c: 2, d: 3}}")]
    [InlineData("{x: {$slice: ['$h', 1, 2]}}", "{_id: 1, x: [2, 3]}")]
    [InlineData("{e: {$elemMatch: {f: 2}}, b: 0, h: 0}", "{_id: 1, a: 1, e: [{f: 2}]}")]
    [InlineData("{e: {$elemMatch: {f: 2}}, h: {$slice: 1}}", "{_id: 1, a: 1, b: {c: 2, d: 3}, e: [{f: 2}], h: [1]}")]
    [InlineData("{e: {$elemMatch: {f: 2}}, _id: 0}", "{e: [{f: 2}]}")]
    [InlineData("{e: {$elemMatch: {f: 2}}, h: 1}", "{_id: 1, h: [1, 2, 3, 4], e: [{f: 2}]}")]
    [InlineData("{e: {$elemMatch: {f: 2}}}", "{_id: 1, e: [{f: 2}]}")]
    [InlineData("{h: {$elemMatch: {$gt: 2}}, a: 1}", "{_id: 1, a: 1, h: [3]}")]
    [InlineData("{e: {$elemMatch: {f: 9}}}", "{_id: 1}")]
    [InlineData("{x: {$add: ['$a', 1]}, y: 'text', z: '$b.c'}", "{_id: 1, x: 2, y: 'text', z: 2}")]
    [InlineData("{_id: 0, 'b.x': '$a'}", "{b: {x: 1}}")]
    [InlineData("{z: {$literal: 1}}", "{_id: 1, z: 1}")]
    public void Projections_shape_documents(string projection, string expected) =>
        Same(expected, Projection.Parse(Doc(projection)).Apply(Doc(Document)));

    [Theory]
    [InlineData("{'h.$': 1}", "{h: {$gt: 2}}", "{_id: 1, h: [3]}")]
    [InlineData("{'e.$': 1}", "{e: {$elemMatch: {f: 2}}}", "{_id: 1, e: [{f: 2}]}")]
    [InlineData("{'a.$': 1}", "{a: 1}", "{_id: 1, a: 1}")]
    [InlineData("{'b.c.$': 1}", "{h: 2}", "{_id: 1, b: {c: 2}}")]
    [InlineData("{'h.$': 1}", "{'e.f': 2}", "{_id: 1, h: [3]}")]
    [InlineData("{'h.$': 1}", "{$or: [{h: 3}, {h: 2}]}", "{_id: 1, h: [2]}")]
    [InlineData("{'h.$': 1}", "{$or: [{h: {$gt: 3}}]}", "{_id: 1, h: [4]}")]
    [InlineData("{b: {'c.$': 1}, h: 1}", "{h: 2}", "{_id: 1, b: {c: 2}, h: [1, 2, 3, 4]}")]
    [InlineData("{'e.$': 1, a: 1}", "{'e.f': 2}", "{_id: 1, a: 1, e: [{f: 2}]}")]
    public void The_positional_projection_keeps_what_the_filter_found(string projection, string filter, string expected) =>
        Same(expected, Projection.Parse(Doc(projection), Doc(filter)).Apply(Doc(Document)));

    [Theory]
    [InlineData("{'h.$': 1}", "{a: 1}", 51246)]
    [InlineData("{'h.$': 1}", "{}", 51246)]
    [InlineData("{'h.$': 1}", "{$or: [{h: 2}, {a: 1}]}", 51246)]
    [InlineData("{'h.$': 1}", "{$or: [{h: 2}, {h: {$gt: 3}}]}", 51246)]
    [InlineData("{'h.$': 1}", "{$nor: [{h: 7}]}", 51246)]
    [InlineData("{'h.$': 1}", "{$expr: {$eq: ['$a', 1]}}", 224)]
    [InlineData("{'e.$': 1}", "{'h': 4}", 51247)]
    public void The_positional_projection_needs_a_position_from_the_filter(string projection, string filter, int code) =>
        Assert.Equal(code, Code(() => Projection.Parse(Doc(projection), Doc(filter)).Apply(Doc(Document))));

    [Fact]
    public void A_slice_enters_documents_in_arrays_but_no_arrays_in_them() => Same(
        "{a: [{b: [1]}, [{b: [1, 2]}], {b: 5}]}",
        Projection.Parse(Doc("{'a.b': {$slice: 1}}")).Apply(Doc("{a: [{b: [1, 2]}, [{b: [1, 2]}], {b: 5}]}")));

    [Fact]
    public void The_text_score_is_shown_where_asked_for_and_only_there()
    {
        var document = Doc("{_id: 1, a: 1, $textScore: 1.5}");

        Same("{_id: 1, a: 1}", Projection.Parse([]).Apply(document));
        Same("{_id: 1, a: 1, s: 1.5}", Projection.Parse(Doc("{s: {$meta: 'textScore'}}")).Apply(document));
        Same("{_id: 1, s: 1.5}", Projection.Parse(Doc("{_id: 1, s: {$meta: 'textScore'}}")).Apply(document));
    }

    [Theory]
    [InlineData("{a: 1, b: 0}", 31254)]
    [InlineData("{a: 0, b: 1}", 31253)]
    [InlineData("{a: 0, b: {$add: [1, 1]}}", 31252)]
    [InlineData("{a: 0, b: 'x'}", 31310)]
    [InlineData("{a: 1, 'a.b': 1}", 31249)]
    [InlineData("{'a.b': 1, a: 1}", 31250)]
    [InlineData("{a: {}}", 51270)]
    [InlineData("{a: {$nonsense: 1}}", 31325)]
    [InlineData("{$a: 1}", 16410)]
    [InlineData("{'a.': 1}", 40353)]
    [InlineData("{a: {$slice: 'x'}}", 28667)]
    [InlineData("{a: {$elemMatch: 1}}", 31274)]
    [InlineData("{'a.b': {$elemMatch: {c: 1}}}", 31275)]
    [InlineData("{'a.$': 0}", 31395)]
    [InlineData("{'a.$': 'x'}", 31308)]
    [InlineData("{'a.$': {b: 1}}", 31271)]
    [InlineData("{'a.$.b': 1}", 31394)]
    [InlineData("{'a.$': 1, 'b.$': 1}", 31276)]
    [InlineData("{'a.$': 1, b: {$elemMatch: {c: 1}}}", 31255)]
    [InlineData("{b: {$elemMatch: {c: 1}}, 'a.$': 1}", 31256)]
    [InlineData("{'a.$': 1, b: 0}", 31254)]
    [InlineData("{b: 0, 'a.$': 1}", 31253)]
    [InlineData("{'.$': 1}", 5392900)]
    [InlineData("{a: {$slice: ['$x']}}", 28667)]
    [InlineData("{a: {$slice: [1, 2, 3, 4]}}", 28667)]
    [InlineData("{a: {$elemMatch: {$nonsense: 1}}}", 2)]
    [InlineData("{a: {$meta: 'nonsense'}}", 17308)]
    [InlineData("{a: {$meta: 'sortKey'}}", 238)]
    public void Whatever_is_wrong_is_refused_with_MongoDBs_code(string projection, int code) =>
        Assert.Equal(code, Code(() => Projection.Parse(Doc(projection))));
}
