using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>A document about to be inserted. What can be worked out before it is the writer's turn is.</summary>
internal sealed class NewDocument
{
    private readonly BsonDocument _document;
    private ImmutableArray<IndexInfo> _preparedFor = [];
    private IndexEntries[] _entries = [];

    private NewDocument(BsonDocument document, ReadOnlyMemory<byte> bytes)
    {
        _document = document;
        Bytes = bytes;
        Id = document["_id"];
        IdKey = KeyWriter.Encode(Id);
    }

    public BsonValue Id { get; }

    public byte[] IdKey { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Takes a client's document: <c>_id</c> comes first and is made where it is missing.</summary>
    public static NewDocument From(BsonDocument document, ReadOnlyMemory<byte>? asSent = null)
    {
        if (document.ElementCount > 0 && document.GetElement(0).Name == "_id")
        {
            CheckId(document["_id"]);
            return new NewDocument(document, asSent is { } bytes ? Sized(bytes) : BsonBytes.Encode(document));
        }

        var id = document.GetValue("_id", ObjectId.GenerateNewId());
        CheckId(id);
        document.Remove("_id");
        document.InsertAt(0, new BsonElement("_id", id));
        return new NewDocument(document, BsonBytes.Encode(document));
    }

    public void PrepareFor(CollectionInfo? collection)
    {
        if (collection is not null)
        {
            EntriesFor(collection);
        }
    }

    public IndexEntries[] EntriesFor(CollectionInfo collection)
    {
        if (_preparedFor != collection.Indexes)
        {
            _entries = [.. collection.Indexes.Select(i => IndexEntries.Of(i.Spec, _document))];
            _preparedFor = collection.Indexes;
        }

        return _entries;
    }

    private static ReadOnlyMemory<byte> Sized(ReadOnlyMemory<byte> bytes) => bytes.Length <= BsonBytes.MaxDocumentSize
        ? bytes
        : throw MongoError.BadValue($"object to insert too large. size in bytes: {bytes.Length}, max size: {BsonBytes.MaxDocumentSize}");

    private static void CheckId(BsonValue id)
    {
        if (id.BsonType is BsonType.Array or BsonType.RegularExpression or BsonType.Undefined)
        {
            throw new MongoError(53, "InvalidIdField", $"The '_id' value cannot be of type {TypeName(id.BsonType)}");
        }

        if (id is BsonDocument document && document.Names.FirstOrDefault(n => n.StartsWith('$')) is { } name)
        {
            throw new MongoError(52, "DollarPrefixedFieldName", $"_id fields may not contain '$'-prefixed fields: {name} is not valid for storage.");
        }
    }

    private static string TypeName(BsonType type) => type switch
    {
        BsonType.Array => "array",
        BsonType.RegularExpression => "regex",
        _ => "undefined",
    };
}
