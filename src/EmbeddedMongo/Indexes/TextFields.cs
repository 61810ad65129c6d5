using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Indexes;

/// <summary>One text of a document: its language and what its words are worth.</summary>
internal readonly record struct WeightedText(string Text, TextLanguage Language, double Weight);

/// <summary>What a text index reads of a document, and how much each field counts.</summary>
internal sealed class TextFields
{
    private const string Wildcard = "$**";
    private readonly ImmutableArray<(string Path, double Weight)> _weights;
    private readonly bool _readsAll;
    private readonly string _languageOverride;
    private readonly ImmutableArray<FieldPath> _others;

    public TextFields(BsonDocument index)
    {
        var weights = index["weights"].AsBsonDocument;
        _readsAll = weights.Contains(Wildcard);
        _weights = [.. weights.Where(w => w.Name != Wildcard).Select(w => (w.Name, w.Value.ToDouble()))];
        _languageOverride = index["language_override"].AsString;
        Language = TextLanguage.Find(index["default_language"].AsString)!;
        var key = index["key"].AsBsonDocument.Names.ToList();
        Prefix = [.. key.TakeWhile(name => name != "_fts")];
        _others = [.. key.Where(name => name is not ("_fts" or "_ftsx")).Select(name => new FieldPath(name))];
    }

    public TextLanguage Language { get; }

    /// <summary>The fields before the text: a search must say what they equal.</summary>
    public ImmutableArray<string> Prefix { get; }

    public IEnumerable<WeightedText> Of(BsonDocument document) => Of(document, "", Language);

    public void CheckOtherFields(BsonDocument document)
    {
        if (_others.FirstOrDefault(path => !KeyGenerator.TryPlain(document, path, out _)) is { } path)
        {
            throw new MongoError(201, "CannotBuildIndexKeys",
                $"Field '{string.Join('.', path.Parts)}' of text index contains an array in document: {Failure.Show(document)}");
        }
    }

    // An embedded document may be in a language of its own, which then holds for all that is in it.
    private IEnumerable<WeightedText> Of(BsonValue container, string parent, TextLanguage language)
    {
        var isArray = container is BsonArray;
        var fields = container is BsonDocument document ? document.Elements : ((BsonArray)container).Select((v, i) => new BsonElement($"{i}", v));
        language = container is BsonDocument named ? LanguageOf(named, language) : language;
        foreach (var (name, value) in fields)
        {
            if (_readsAll && name == _languageOverride)
            {
                continue;
            }

            var path = parent.Length == 0 ? name : isArray ? parent : $"{parent}.{name}";
            var next = FirstNotBefore(value is BsonDocument ? path + "." : path);
            if (!_readsAll && next?.Path != path && next?.Path.StartsWith(path + ".", StringComparison.Ordinal) != true)
            {
                continue;
            }

            if (value is BsonString text && (_readsAll || next?.Path == path))
            {
                yield return new WeightedText(text.Value, language, next?.Weight ?? 1);
            }
            else if ((value is BsonDocument && (_readsAll || next?.Path != path)) || (value is BsonArray && (_readsAll || !isArray)))
            {
                foreach (var inner in Of(value, path, language))
                {
                    yield return inner;
                }
            }
        }
    }

    // MongoDB takes the weight of the first path that is not before the field's, even where it is another field's ("$**").
    private (string Path, double Weight)? FirstNotBefore(string path)
    {
        foreach (var weight in _weights)
        {
            if (string.CompareOrdinal(weight.Path, path) >= 0)
            {
                return weight;
            }
        }

        return null;
    }

    private TextLanguage LanguageOf(BsonDocument document, TextLanguage inherited) => !document.TryGetValue(_languageOverride, out var language)
        ? inherited
        : language is not BsonString name
            ? throw new MongoError(17261, "Location17261", "found language override field in document with non-string type")
            : TextLanguage.Find(name.Value) ?? throw new MongoError(17262, "Location17262", $"language override unsupported: {name.Value}");
}
