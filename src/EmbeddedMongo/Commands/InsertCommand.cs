using MongoDB.Bson;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>insert.</summary>
internal static class InsertCommand
{
    public static async ValueTask<BsonDocument?> RunAsync(Engine engine, CommandContext context)
    {
        var (database, name, ordered) = (context.Database, context.Collection, context.Flag("ordered", true));
        var collection = engine.Store.Catalog.Find(database, name);
        var documents = context.Batch("documents").ConvertAll(bytes => Prepare(bytes, collection));

        return await context.WriteAsync(engine, session =>
        {
            var inserted = 0;
            var errors = new WriteErrors(ordered);
            errors.Each(documents, (document, _) =>
            {
                session.CheckDeadline();
                DocumentTable.Insert(session, document.Value, database, name);
                inserted++;
            });
            return errors.AddTo(new BsonDocument("n", inserted));
        });
    }

    // Malformed BSON fails the whole command, a document that may not be stored only itself.
    private static Attempt<NewDocument> Prepare(ReadOnlyMemory<byte> bytes, CollectionInfo? collection)
    {
        var decoded = BsonBytes.DecodeUntrusted(bytes);
        return Attempt<NewDocument>.At(() =>
        {
            var document = NewDocument.From(decoded, bytes);
            document.PrepareFor(collection);
            return document;
        });
    }
}
