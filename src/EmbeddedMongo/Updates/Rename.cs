using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Updates;

/// <summary><c>$rename</c>: a field moves; neither end may lie in an array.</summary>
internal sealed class Rename
{
    private readonly UpdatePath _from;

    private Rename(UpdatePath from, UpdatePath to) => (_from, To) = (from, to);

    public UpdatePath To { get; }

    public static Rename Parse(UpdatePath from, BsonValue argument)
    {
        var name = argument as BsonString
            ?? throw Failure.BadValue($"The 'to' field for $rename must be a string: {from.Text}: {Failure.Show(argument)}");

        if (name.Value == from.Text)
        {
            throw Failure.BadValue($"The source and target field for $rename must differ: {from.Text}: \"{name.Value}\"");
        }

        var to = new UpdatePath(name.Value);

        if (from.IsDynamic || to.IsDynamic)
        {
            throw Failure.BadValue(from.IsDynamic
                ? $"The source field for $rename may not be dynamic: {from.Text}"
                : $"The destination field for $rename may not be dynamic: {to.Text}");
        }

        return new(from, to);
    }

    public void Apply(BsonDocument document, bool isInsert)
    {
        var container = Container(document, _from, "source");

        if (container is not BsonDocument source || !source.TryGetValue(_from.Parts[^1], out var value))
        {
            return;
        }

        Container(document, To, "destination");
        PathWriter.Apply(document, [.. To.Parts], new SetModifier(value), isInsert);
        source.Remove(_from.Parts[^1]);
    }

    private static BsonValue? Container(BsonDocument document, UpdatePath path, string end)
    {
        BsonValue? value = document;

        for (var i = 0; i < path.Parts.Count - 1; i++)
        {
            value = PathWriter.Step(value, path.Parts[i]);

            if (value is BsonArray)
            {
                throw Failure.BadValue($"The {end} field cannot be an array element, '{path.Text}' in doc with "
                    + $"{new UpdateTarget(document, "", false).Id} has an array field called '{path.Parts[i]}'");
            }
        }

        return value;
    }
}
