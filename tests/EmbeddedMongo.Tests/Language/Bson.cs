using MongoDB.Bson;
using MongoDB.Bson.IO;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Updates;

namespace Visuels.EmbeddedMongo.Tests.Language;

/// <summary>Shell notation for tests.</summary>
internal static class Bson
{
    public static BsonDocument Doc(string json) => BsonDocument.Parse(json);

    public static BsonArray Arr(string json) => BsonDocument.Parse($"{{ a: {json} }}")["a"].AsBsonArray;

    public static BsonValue Value(string json) => BsonDocument.Parse($"{{ a: {json} }}")["a"];

    public static bool Matches(string filter, string document) => Matcher.Compile(Doc(filter)).Matches(Doc(document));

    public static string Show(BsonValue value) => value.ToJson(new JsonWriterSettings { OutputMode = JsonOutputMode.Shell });

    /// <summary>An expression's value for a document; missing is shown as undefined.</summary>
    public static BsonValue Evaluate(string expression, string document = "{}") =>
        ExpressionParser.Parse(Value(expression), QueryContext.Plain).Evaluate(new Scope(Doc(document))) ?? BsonUndefined.Value;

    /// <summary>Applies an update to a document and shows the result.</summary>
    public static string Update(string document, string update, string query = "{}", string? arrayFilters = null)
    {
        var original = Doc(document);
        var spec = UpdateSpec.Parse(Value(update), arrayFilters is null ? null : Arr(arrayFilters));
        var updated = spec.Apply(original, Doc(query));
        Assert.Equal(Doc(document), original);
        return Show(updated);
    }

    /// <summary>Fails unless the values are of the same types too; field order counts.</summary>
    public static void Same(string expected, BsonValue actual) => Assert.Equal(Show(Value(expected)), Show(actual));

    public static int Code(Action action) => Assert.Throws<MongoError>(action).Code;
}
