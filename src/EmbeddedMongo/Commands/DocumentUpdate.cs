using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Updates;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What an update did.</summary>
internal readonly record struct UpdateResult(int Matched, int Modified, BsonValue? UpsertedId);

/// <summary>An update ready to run: whom it is for and what it does to them.</summary>
internal sealed class DocumentUpdate
{
    private readonly CompiledFilter _filter;
    private readonly UpdateSpec _spec;

    private DocumentUpdate(CompiledFilter filter, UpdateSpec spec) => (_filter, _spec) = (filter, spec);

    public bool IsReplacement => _spec.IsReplacement;

    public CompiledFilter Filter => _filter;

    public static DocumentUpdate Parse(BsonDocument query, BsonValue update, BsonArray? arrayFilters, QueryContext context, BsonValue? hint) =>
        new(CompiledFilter.Parse(query, context, hint), UpdateSpec.Parse(update, arrayFilters, context));

    public UpdateResult Run(WriteSession session, string database, string name, bool multi, bool upsert)
    {
        var found = Targets.Find(session, database, name, _filter, multi);
        var modified = 0;
        foreach (var rid in found)
        {
            session.CheckDeadline();
            modified += Apply(session, database, name, rid).Changed ? 1 : 0;
        }

        return found.Count == 0 && upsert
            ? new UpdateResult(0, 0, Insert(session, database, name)["_id"])
            : new UpdateResult(found.Count, modified, null);
    }

    public (BsonDocument Before, BsonDocument After, bool Changed) Apply(WriteSession session, string database, string name, long rid)
    {
        // Anew for each document: the one before may have made an index multikey.
        var collection = session.Catalog.Find(database, name)!;
        var stored = Targets.Read(session, collection, rid);
        var (before, after, bytes, changed) = Compute(stored);
        if (!bytes.AsSpan().SequenceEqual(stored))
        {
            DocumentTable.Update(session, collection, rid, before, after, bytes);
        }

        return (before, after, changed);
    }

    /// <summary>Whether the update would change a stored document.</summary>
    public bool Changes(byte[] stored) => Compute(stored).Changed;

    private (BsonDocument Before, BsonDocument After, byte[] Bytes, bool Changed) Compute(byte[] stored)
    {
        var before = BsonBytes.Decode(stored);
        var after = _spec.Apply(before, _filter.Rest, out var counts);
        var bytes = BsonBytes.Encode(after, 17419, "Resulting document after update");
        return (before, after, bytes, counts || !bytes.AsSpan().SequenceEqual(stored));
    }

    public BsonDocument Insert(WriteSession session, string database, string name)
    {
        if (_filter.Hint is { IsNatural: false } hint && session.Catalog.Find(database, name) is null)
        {
            // In the new collection, too, there must be the index.
            hint.Find(CatalogTables.Create(session, database, name));
        }

        var document = _spec.Insert(_filter.Rest);
        DocumentTable.Insert(session, NewDocument.Made(document), database, name);
        return document;
    }
}
