using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>delete: one or all that match.</summary>
internal static class DeleteCommand
{
    private const string Ns = "delete.deletes";

    public static async ValueTask<BsonDocument?> RunAsync(Engine engine, CommandContext context)
    {
        var (database, name, ordered) = (context.Database, context.Collection, context.Flag("ordered", true));
        var prepared = new Prepared<List<Attempt<(CompiledFilter Filter, bool Multi)>>>(engine.Store.Catalog, database, name, collation =>
        {
            var queryContext = context.QueryContext(engine, collation);
            return context.Batch("deletes").ConvertAll(bytes => Parse(BsonBytes.DecodeUntrusted(bytes), queryContext));
        });

        return await context.WriteAsync(engine, session =>
        {
            var deleted = 0;
            var errors = new WriteErrors(ordered);
            errors.Each(prepared.For(session.Catalog, database, name), (statement, _) =>
            {
                var (filter, multi) = statement.Value;
                foreach (var rid in Targets.Find(session, database, name, filter, multi))
                {
                    session.CheckDeadline();
                    Delete(session, database, name, rid);
                    deleted++;
                }
            });
            return errors.AddTo(new BsonDocument("n", deleted));
        });
    }

    public static BsonDocument Delete(WriteSession session, string database, string name, long rid)
    {
        var collection = session.Catalog.Find(database, name)!;
        var document = BsonBytes.Decode(Targets.Read(session, collection, rid));
        DocumentTable.Delete(session, collection, rid, document);
        return document;
    }

    public static Attempt<(CompiledFilter Filter, bool Multi)> Parse(BsonDocument statement, QueryContext context)
    {
        StatementFields.Check(statement, Ns, "q", "limit", "collation", "hint");
        var query = StatementFields.Query(statement, Ns);
        var limit = StatementFields.Required(statement, Ns, "limit");
        if (!limit.IsNumeric || limit.ToDouble() is not (0 or 1))
        {
            throw MongoError.FailedToParse($"The limit field in delete objects must be 0 or 1. Got {limit}");
        }

        return Attempt<(CompiledFilter, bool)>.At(() => (CompiledFilter.Parse(query, StatementFields.Context(statement, context), statement.GetValue("hint", null)), limit.ToDouble() == 0));
    }
}
