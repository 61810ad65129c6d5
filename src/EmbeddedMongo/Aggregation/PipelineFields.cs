using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>What of the documents a pipeline looks at, up to the stage that lets nothing else through: only that is decoded.</summary>
internal static class PipelineFields
{
    /// <summary>Null where it may be all of them.</summary>
    public static FieldSet? Of(List<(string Name, BsonValue Argument)> stages)
    {
        var paths = new List<string>();
        foreach (var (name, argument) in stages)
        {
            switch (name, argument)
            {
                case ("$count", _):
                    return new FieldSet(paths);
                case ("$group" or "$sortByCount", _):
                    return Reads(argument, paths) ? new FieldSet(paths) : null;
                case ("$project", BsonDocument projection) when IsInclusion(projection):
                    paths.AddRange(projection.Names.Append("_id"));
                    return Reads(projection, paths) ? new FieldSet(paths) : null;
                case ("$match", BsonDocument filter) when FilterFields.Roots(filter) is { } roots:
                    paths.AddRange(roots);
                    break;
                case ("$sort", BsonDocument sort):
                    paths.AddRange(sort.Names);
                    break;
                case ("$addFields" or "$set", BsonDocument added) when Reads(added, paths):
                    paths.AddRange(added.Names);
                    break;
                case ("$unwind", BsonString) when Reads(argument, paths):
                case ("$skip" or "$limit", _):
                    break;
                default:
                    return null;
            }
        }

        return null;
    }

    // Expressions name fields as "$path". The document as a whole is a variable, and a few operators take names without the sign.
    private static bool Reads(BsonValue expression, List<string> paths)
    {
        switch (expression)
        {
            case BsonString { Value: ['$', '$', ..] variable }:
                return !variable.StartsWith("$$ROOT", StringComparison.Ordinal) && !variable.StartsWith("$$CURRENT", StringComparison.Ordinal);
            case BsonString { Value: ['$', .. var path] }:
                paths.Add(path);
                return true;
            case BsonDocument document:
                return document.All(e => e.Name is not ("$getField" or "sortBy") && Reads(e.Value, paths));
            case BsonArray array:
                return array.All(item => Reads(item, paths));
            default:
                return true;
        }
    }

    private static bool IsInclusion(BsonDocument projection)
    {
        var fields = projection.Where(e => e.Name != "_id" || !IsFalse(e.Value)).ToList();
        return fields.Count > 0 && !fields.Exists(e => Excludes(e.Value));
    }

    private static bool Excludes(BsonValue value) => IsFalse(value)
        || (value is BsonDocument { ElementCount: > 0 } nested && !nested.GetElement(0).Name.StartsWith('$') && nested.Values.Any(Excludes));

    private static bool IsFalse(BsonValue value) => value is BsonBoolean { Value: false } || (value.IsNumeric && value.ToDouble() == 0);
}
