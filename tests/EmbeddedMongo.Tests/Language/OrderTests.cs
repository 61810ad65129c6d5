using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class OrderTests
{
    [Fact]
    public void Kinds_stand_in_MongoDBs_order()
    {
        BsonValue[] ascending =
        [
            BsonMinKey.Value, BsonUndefined.Value, BsonNull.Value, double.NaN, -1, 0.5, "", "a", Doc("{}"), Doc("{a: 1}"), Arr("[]"), Arr("[1]"),
            new BsonBinaryData([1]), ObjectId.Empty, false, true, new BsonDateTime(0), new BsonTimestamp(1), new BsonRegularExpression("a"),
            new BsonJavaScript("x"), BsonMaxKey.Value,
        ];

        for (var i = 0; i < ascending.Length; i++)
        {
            for (var j = 0; j < ascending.Length; j++)
            {
                Assert.Equal(i.CompareTo(j), Math.Sign(BsonOrder.Compare(ascending[i], ascending[j])));
            }
        }
    }

    [Theory]
    [InlineData("NumberLong('9007199254740993')", "9007199254740992.0", 1)]
    [InlineData("NumberLong('9223372036854775807')", "9223372036854775808.0", -1)]
    [InlineData("NumberLong('-9223372036854775808')", "-9223372036854775808.0", 0)]
    [InlineData("1", "1.5", -1)]
    [InlineData("-1", "-1.5", 1)]
    [InlineData("NumberDecimal('0.1')", "0.1", -1)]
    [InlineData("NumberDecimal('0.1000000000000000055511151231257827')", "0.1", -1)]
    [InlineData("NumberDecimal('0.1000000000000000055511151231257828')", "0.1", 1)]
    [InlineData("NumberDecimal('-0.1000000000000000055511151231257828')", "-0.1", -1)]
    [InlineData("NumberDecimal('4.940656458412465441765687928682213E-324')", "4.9406564584124654e-324", -1)]
    [InlineData("NumberDecimal('0.5')", "0.5", 0)]
    [InlineData("NumberDecimal('1E+3')", "1000", 0)]
    [InlineData("NumberDecimal('9223372036854775806.5')", "NumberLong('9223372036854775807')", -1)]
    [InlineData("NumberDecimal('NaN')", "NaN", 0)]
    [InlineData("NumberDecimal('-Infinity')", "-1e308", -1)]
    [InlineData("NaN", "-1e308", -1)]
    [InlineData("0.0", "-0.0", 0)]
    [InlineData("NumberDecimal('1E-6000')", "0", 1)]
    [InlineData("{a: 1, b: 2}", "{a: 1}", 1)]
    [InlineData("{b: 1}", "{a: 2}", 1)]
    [InlineData("{a: 'x'}", "{b: 1}", 1)]
    [InlineData("[1, 2]", "[1, 3]", -1)]
    public void Values_compare_exactly(string a, string b, int expected)
    {
        Assert.Equal(expected, Math.Sign(BsonOrder.Compare(Value(a), Value(b))));
        Assert.Equal(-expected, Math.Sign(BsonOrder.Compare(Value(b), Value(a))));
    }

    [Fact]
    public void Strings_compare_by_their_bytes_in_UTF8() => Assert.True(BsonOrder.Compare("\uFFFD", "\U0001F600") < 0);

    [Theory]
    [InlineData("{a: 1}", "[{a: 3}, {a: 1}, {}, {a: 'x'}, {a: null}, {a: []}]", "[{a: []}, {}, {a: null}, {a: 1}, {a: 3}, {a: 'x'}]")]
    [InlineData("{a: -1}", "[{a: [1, 9]}, {a: 5}, {a: []}]", "[{a: [1, 9]}, {a: 5}, {a: []}]")]
    [InlineData("{a: 1}", "[{a: [4, 2]}, {a: 3}]", "[{a: [4, 2]}, {a: 3}]")]
    [InlineData("{a: 1, b: -1}", "[{a: 1, b: 1}, {a: 1, b: 2}, {a: 0}]", "[{a: 0}, {a: 1, b: 2}, {a: 1, b: 1}]")]
    [InlineData("{'a.b': 1}", "[{a: [{b: 5}, {b: 3}]}, {a: {b: 4}}, {a: [7]}]", "[{a: [7]}, {a: [{b: 5}, {b: 3}]}, {a: {b: 4}}]")]
    [InlineData("{'a.1': 1}", "[{a: [1, 5]}, {a: [9, 2]}]", "[{a: [9, 2]}, {a: [1, 5]}]")]
    [InlineData("{'a.x': 1, 'a.y': 1}", "[{a: {x: 1, y: 5}}, {a: [{x: 1, y: 9}, {x: 2, y: 3}]}]", "[{a: {x: 1, y: 5}}, {a: [{x: 1, y: 9}, {x: 2, y: 3}]}]")]
    [InlineData("{s: {$meta: 'textScore'}}", "[{_id: 1, $textScore: 1}, {_id: 2, $textScore: 2}]", "[{_id: 2, $textScore: 2}, {_id: 1, $textScore: 1}]")]
    public void Sorting(string sort, string documents, string expected)
    {
        var spec = SortSpec.Parse(Doc(sort));
        var input = Arr(documents).Select(d => d.AsBsonDocument).ToList();

        Same(expected, new BsonArray(spec.Order(input)));
        Same(Show(new BsonArray(Arr(expected).Take(1))), new BsonArray(spec.Order(input, 1)));
        Assert.True(spec.Compare(Arr(expected)[0].AsBsonDocument, Arr(expected)[^1].AsBsonDocument) < 0);
    }

    [Fact]
    public void Parallel_arrays_cannot_be_sorted_by() =>
        Assert.Equal(2, Code(() => SortSpec.Parse(Doc("{a: 1, b: 1}")).Compare(Doc("{a: [1], b: [1]}"), [])));

    [Theory]
    [InlineData("{'a.b': 1, c: 1}", "{a: [{b: 1}, {b: 2}], c: 7}", "[[1, 7], [2, 7]]")]
    [InlineData("{a: 1}", "{a: []}", "[[undefined]]")]
    [InlineData("{'a.b': 1}", "{a: []}", "[[null]]")]
    [InlineData("{a: 1, 'a.b': 1}", "{a: [{b: 1}, 5]}", "[[{b: 1}, 1], [5, null]]")]
    [InlineData("{a: 1}", "{a: [[1, 2]]}", "[[[1, 2]]]")]
    public void A_document_has_a_key_for_each_element(string paths, string document, string expected)
    {
        var keys = KeyGenerator.Generate(Doc(document), [.. Doc(paths).Names.Select(n => new FieldPath(n))]);

        Same(expected.Replace("undefined", "{$undefined: true}", StringComparison.Ordinal), new BsonArray(keys!.Select(k => new BsonArray(k))));
    }

    [Fact]
    public void Paths_reach_values_through_arrays()
    {
        var document = Doc("{a: [{b: 1}, {b: [2, 3]}, {c: 1}]}");

        Same("[1, 2, 3, [2, 3]]", new BsonArray(FieldPaths.Values(document, "a.b")));
        Same("[1, [2, 3]]", new BsonArray(FieldPaths.Leaves(document, "a.b")));
        Same("[1, 2, 3]", new BsonArray(FieldPaths.Distinct(document, "a.b")));
    }
}
