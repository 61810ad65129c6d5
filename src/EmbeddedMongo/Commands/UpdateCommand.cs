using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Updates;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>update: one or many, by operators, by replacement, or inserting where nothing matches.</summary>
internal static class UpdateCommand
{
    private const string Ns = "update.updates";

    public static async ValueTask<BsonDocument?> RunAsync(Engine engine, CommandContext context)
    {
        var (database, name, ordered) = (context.Database, context.Collection, context.Flag("ordered", true));
        var prepared = new Prepared<List<Attempt<(DocumentUpdate Update, bool Multi, bool Upsert)>>>(engine.Store.Catalog, database, name, collation =>
        {
            var queryContext = context.QueryContext(engine, collation);
            return context.Batch("updates").ConvertAll(bytes => Parse(BsonBytes.DecodeUntrusted(bytes), queryContext));
        });

        return await context.WriteAsync(engine, session =>
        {
            var (matched, modified) = (0, 0);
            var upserted = new BsonArray();
            var errors = new WriteErrors(ordered);
            errors.Each(prepared.For(session.Catalog, database, name), (statement, index) =>
            {
                var (update, multi, upsert) = statement.Value;
                var result = update.Run(session, database, name, multi, upsert);
                matched += result.Matched;
                modified += result.Modified;
                if (result.UpsertedId is { } id)
                {
                    matched++;
                    upserted.Add(new BsonDocument { { "index", index }, { "_id", id } });
                }
            });

            var reply = new BsonDocument { { "n", matched }, { "nModified", modified } };
            return errors.AddTo(upserted.Count > 0 ? reply.Add("upserted", upserted) : reply);
        });
    }

    public static Attempt<(DocumentUpdate Update, bool Multi, bool Upsert)> Parse(BsonDocument statement, QueryContext context)
    {
        StatementFields.Check(statement, Ns, "q", "u", "multi", "upsert", "arrayFilters", "collation", "hint");
        var query = StatementFields.Query(statement, Ns);
        var update = StatementFields.Required(statement, Ns, "u");
        if (update is not (BsonDocument or BsonArray))
        {
            throw MongoError.FailedToParse("Update argument must be either an object or an array");
        }

        var (multi, upsert) = (StatementFields.Flag(statement, "multi"), StatementFields.Flag(statement, "upsert"));
        return Attempt<(DocumentUpdate, bool, bool)>.At(() =>
        {
            context = StatementFields.Context(statement, context);
            if (upsert)
            {
                UpsertSeeds.RefuseExpressions(query);
            }

            var parsed = DocumentUpdate.Parse(query, update, statement.GetValue("arrayFilters", BsonNull.Value) as BsonArray, context, statement.GetValue("hint", null));
            return !multi || !parsed.IsReplacement
                ? (parsed, multi, upsert)
                : throw MongoError.FailedToParse("multi update is not supported for replacement-style update");
        });
    }
}
