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

        if ($"{to.Text}.".StartsWith($"{from.Text}.", StringComparison.Ordinal) || $"{from.Text}.".StartsWith($"{to.Text}.", StringComparison.Ordinal))
        {
            throw Failure.BadValue($"The source and target field for $rename must not be on the same path: {from.Text}: \"{name.Value}\"");
        }

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
        if (Source(document) is not { } value)
        {
            return;
        }

        var source = (BsonDocument)Container(document, _from, "source")!;
        Container(document, To, "destination");
        PathWriter.Apply(document, To.Parts, new SetModifier(value), isInsert);
        source.Remove(_from.Parts[^1]);
    }

    // A source that is not there is nothing to do; one that could not even be there is an error.
    private BsonValue? Source(BsonDocument document)
    {
        BsonValue? value = document;

        for (var i = 0; value is not null && i < _from.Parts.Length; i++)
        {
            if (!PathWriter.CanCreate(value, _from.Parts[i]))
            {
                throw Failure.PathNotViable($"cannot use the part ({_from.Parts[i - 1]} of {_from.Text}) to traverse the element "
                    + $"({{{_from.Parts[i - 1]}: {Failure.Show(value)}}})");
            }

            value = PathWriter.Step(value, _from.Parts[i]);
        }

        return value;
    }

    private static BsonValue? Container(BsonDocument document, UpdatePath path, string end)
    {
        BsonValue? value = document;

        for (var i = 0; i < path.Parts.Length - 1; i++)
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
