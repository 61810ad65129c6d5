using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Updates;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>findAndModify: changes or removes the first document that matches, and returns it as it was or has become.</summary>
internal static class FindAndModifyCommand
{
    public static Command Named(string name) => new(name, ["query", "sort", "remove", "update", "new", "fields", "upsert", "arrayFilters", "bypassDocumentValidation", "collation", "let", "hint"], RunAsync);

    private static async ValueTask<BsonDocument?> RunAsync(Engine engine, CommandContext context)
    {
        var (database, name) = (context.Database, context.Collection);
        var sort = context.Document("sort") is { ElementCount: > 0 } order ? order : null;
        var (upsert, returnNew) = (context.Flag("upsert"), context.Flag("new"));
        var prepared = new Prepared<(CompiledFilter Filter, DocumentUpdate? Update, Projection? Fields)>(
            engine.Store.Catalog, database, name, collation => Parse(context, context.QueryContext(engine, collation)));

        var (value, lastError, fields) = await context.WriteAsync(engine, session =>
        {
            var (filter, update, fields) = prepared.For(session.Catalog, database, name);
            var found = Targets.First(session, database, name, filter, sort);
            var (value, lastError) = found is { } first ? Change(session, database, name, first.Rid, update, returnNew)
                : update is not null && upsert ? Insert(session, database, name, update, returnNew)
                : Missed(update is null);
            return (value is null ? null : MatchedDocument.WithScore(value, fields is null ? null : found?.Score), lastError, fields);
        });

        return new BsonDocument
        {
            { "lastErrorObject", lastError },
            { "value", value is null ? BsonNull.Value : fields?.Apply(value) ?? value },
            { "ok", 1.0 },
        };
    }

    public static (CompiledFilter Filter, DocumentUpdate? Update, Projection? Fields) Parse(CommandContext context, QueryContext queryContext)
    {
        var query = context.Document("query") ?? [];
        var fields = context.Document("fields") is { ElementCount: > 0 } chosen ? Projection.Parse(chosen, query, queryContext) : null;
        if (fields is { IsPositional: true } && context.Flag("new"))
        {
            throw MongoError.BadValue("cannot use a positional projection and return the new document");
        }

        var filter = CompiledFilter.Parse(query, queryContext, context.Hint);
        if (filter.Text is null && (fields is { UsesScore: true } || Documents.AsksForScore(context.Document("sort") ?? [])))
        {
            throw new MongoError(40218, "Location40218", "query requires text score metadata, but it is not available");
        }

        return (filter, ParseUpdate(context, query, queryContext), fields);
    }

    private static DocumentUpdate? ParseUpdate(CommandContext context, BsonDocument query, QueryContext queryContext)
    {
        var (remove, upsert, returnNew) = (context.Flag("remove"), context.Flag("upsert"), context.Flag("new"));
        if (remove && (context.Has("update") || upsert || returnNew))
        {
            throw MongoError.FailedToParse("Cannot specify both 'update', 'upsert' or 'new' and 'remove=true'");
        }

        if (remove && context.Has("arrayFilters"))
        {
            throw MongoError.FailedToParse("Cannot specify 'arrayFilters' and 'remove=true'");
        }

        if (!remove && !context.Has("update"))
        {
            throw MongoError.FailedToParse("Either an update or remove=true must be specified");
        }

        if (upsert)
        {
            UpsertSeeds.RefuseExpressions(query);
        }

        return remove ? null : DocumentUpdate.Parse(query, context.Body["update"], context.Array("arrayFilters"), queryContext, context.Hint);
    }

    private static (BsonDocument? Value, BsonDocument LastError) Change(WriteSession session, string database, string name, long rid, DocumentUpdate? update, bool returnNew)
    {
        if (update is null)
        {
            return (DeleteCommand.Delete(session, database, name, rid), new BsonDocument("n", 1));
        }

        var (before, after, _) = update.Apply(session, database, name, rid);
        return (returnNew ? after : before, new BsonDocument { { "n", 1 }, { "updatedExisting", true } });
    }

    private static (BsonDocument? Value, BsonDocument LastError) Insert(WriteSession session, string database, string name, DocumentUpdate update, bool returnNew)
    {
        var inserted = update.Insert(session, database, name);
        return (returnNew ? inserted : null, new BsonDocument { { "n", 1 }, { "updatedExisting", false }, { "upserted", inserted["_id"] } });
    }

    private static (BsonDocument? Value, BsonDocument LastError) Missed(bool remove) =>
        (null, remove ? new BsonDocument("n", 0) : new BsonDocument { { "n", 0 }, { "updatedExisting", false } });
}
