using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary><c>$unwind</c>: one document per element of an array.</summary>
internal sealed class UnwindStage
{
    private readonly string[] _path;
    private readonly string[]? _index;
    private readonly bool _keepsEmpty;

    private UnwindStage(string path, BsonValue? index, bool keepsEmpty)
    {
        _path = path.StartsWith('$')
            ? Documents.CheckPath(path[1..]).Split('.')
            : throw Failure.Located(28818, $"path option to $unwind stage should be prefixed with a '$': {path}");
        _index = index switch
        {
            null => null,
            BsonString { Value: { Length: > 0 } name } => name.StartsWith('$')
                ? throw Failure.Located(28822, $"includeArrayIndex option to $unwind stage should not be prefixed with a '$': {name}")
                : Documents.CheckPath(name).Split('.'),
            _ => throw Failure.Located(28810, "expected a non-empty string for the includeArrayIndex option to $unwind stage"),
        };
        _keepsEmpty = keepsEmpty;
    }

    public static Stage Parse(BsonValue argument)
    {
        if (argument is BsonString text)
        {
            return new UnwindStage(text.Value, null, false).Run;
        }

        if (argument is not BsonDocument document)
        {
            throw Failure.Located(15981, $"expected either a string or an object as specification for $unwind stage, got {Failure.TypeName(argument)}");
        }

        foreach (var element in document)
        {
            if (element.Name is not ("path" or "includeArrayIndex" or "preserveNullAndEmptyArrays"))
            {
                throw Failure.Located(28811, $"unrecognized option to $unwind stage: {element.Name}");
            }
        }

        var keepsEmpty = document.Find("preserveNullAndEmptyArrays") switch
        {
            null => false,
            BsonBoolean flag => flag.Value,
            _ => throw Failure.Located(28809, "expected a boolean for the preserveNullAndEmptyArrays option to $unwind stage"),
        };

        return document.Find("path") switch
        {
            null => throw Failure.Located(28812, "no path specified to $unwind stage"),
            BsonString path => new UnwindStage(path.Value, document.Find("includeArrayIndex"), keepsEmpty).Run,
            _ => throw Failure.Located(28808, "expected a string as the path for $unwind stage"),
        };
    }

    private IEnumerable<BsonDocument> Run(IEnumerable<BsonDocument> documents)
    {
        foreach (var document in documents)
        {
            var value = ValueAt(document);

            if (value is not BsonArray { Count: > 0 } array)
            {
                if (_keepsEmpty || value is not (null or BsonNull or BsonUndefined or BsonArray))
                {
                    yield return WithIndex(value is BsonArray ? Documents.With(document, _path, null) : document, BsonNull.Value);
                }

                continue;
            }

            for (var i = 0; i < array.Count; i++)
            {
                yield return WithIndex(Documents.With(document, _path, array[i]), (BsonInt64)(long)i);
            }
        }
    }

    private BsonValue? ValueAt(BsonDocument document)
    {
        BsonValue? value = document;

        foreach (var part in _path)
        {
            value = (value as BsonDocument)?.Find(part);
        }

        return value;
    }

    private BsonDocument WithIndex(BsonDocument document, BsonValue index) => _index is null ? document : Documents.With(document, _index, index);
}
