using System.Collections.Immutable;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Updates;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>A document about to be inserted. What can be worked out before it is the writer's turn is.</summary>
internal sealed class NewDocument
{
    private readonly BsonDocument _document;
    private ImmutableArray<IndexInfo> _preparedFor = [];
    private IndexEntries[] _entries = [];
    private Collation? _idCollation;
    private byte[] _idKey = [];

    private NewDocument(BsonDocument document, ReadOnlyMemory<byte> bytes)
    {
        _document = document;
        Bytes = bytes;
        Id = document["_id"];
    }

    public BsonValue Id { get; }

    public ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Takes a client's document: <c>_id</c> comes first and is made where it is missing.</summary>
    public static NewDocument From(BsonDocument document, ReadOnlyMemory<byte> asSent)
    {
        if (asSent.Length > BsonBytes.MaxDocumentSize)
        {
            throw MongoError.BadValue($"object to insert too large. size in bytes: {asSent.Length}, max size: {BsonBytes.MaxDocumentSize}");
        }

        Documents.CheckDepth(document);
        var isAsSent = PutIdFirst(document);
        CheckId(document["_id"]);
        return ServerTimestamp.FillIn(document) || !isAsSent
            ? new NewDocument(document, BsonBytes.Encode(document, 2, "object to insert"))
            : new NewDocument(document, asSent);
    }

    /// <summary>Takes what was made here, by an upsert; it gets an <c>_id</c> where it has none.</summary>
    public static NewDocument Made(BsonDocument document)
    {
        PutIdFirst(document);
        CheckId(document["_id"]);
        return new NewDocument(document, BsonBytes.Encode(document, 17420, "Document to upsert"));
    }

    public void PrepareFor(CollectionInfo? collection)
    {
        IdKey(collection?.Collation ?? Collation.Simple);
        if (collection is not null)
        {
            EntriesFor(collection);
        }
    }

    public byte[] IdKey(Collation collation)
    {
        if (_idCollation != collation)
        {
            (_idCollation, _idKey) = (collation, KeyWriter.Encode(Id, collation));
        }

        return _idKey;
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

    private static bool PutIdFirst(BsonDocument document)
    {
        if (document.ElementCount > 0 && document.GetElement(0).Name == "_id")
        {
            return true;
        }

        var id = document.GetValue("_id", ObjectId.GenerateNewId());
        document.Remove("_id");
        document.InsertAt(0, new BsonElement("_id", id));
        return false;
    }

    private static void CheckId(BsonValue id)
    {
        if (id.BsonType is BsonType.Array or BsonType.RegularExpression or BsonType.Undefined)
        {
            throw new MongoError(53, "InvalidIdField", $"The '_id' value cannot be of type {TypeNames.Of(id.BsonType)}");
        }

        DollarFields.CheckId(id);
    }
}
