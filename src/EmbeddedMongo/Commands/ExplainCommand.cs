using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>explain: how a command would read, and what that takes; nothing is written.</summary>
internal static class ExplainCommand
{
    public static readonly Command[] All = [new("explain", ["verbosity"], (engine, context) => new(Explain(engine, context)))];

    private static BsonDocument Explain(Engine engine, CommandContext context)
    {
        var command = context.Body[0] as BsonDocument ?? throw FieldTypes.Wrong("explain.explain", context.Body[0], "object");
        var carriesOut = context.Text("verbosity") switch
        {
            "queryPlanner" => (bool?)null,
            "executionStats" => false,
            "allPlansExecution" or null => true,
            var other => throw MongoError.BadValue($"Enumeration value '{other}' for field 'explain.verbosity' is not a valid value."),
        };
        if (command.ElementCount == 0 || CommandTable.Find(command.GetElement(0).Name) is not { } known)
        {
            throw new MongoError(59, "CommandNotFound", $"Explain failed due to unknown command: {command.Names.FirstOrDefault()}");
        }

        var inner = context.Inside(command);
        known.Check(inner);
        using var session = context.Read(engine);
        var run = new ExplainRun(session, inner, engine, executes: carriesOut is not null, listsAll: carriesOut == true);
        return inner.Name switch
        {
            "find" => ExplainReads.Find(run),
            "count" => ExplainReads.Count(run),
            "distinct" => ExplainReads.Distinct(run),
            "aggregate" => ExplainAggregate.Run(run),
            "update" => ExplainWrites.Update(run),
            "delete" => ExplainWrites.Delete(run),
            "findAndModify" or "findandmodify" => ExplainWrites.FindAndModify(run),
            _ => throw new MongoError(20, "IllegalOperation", $"Cannot explain cmd: {inner.Name}"),
        };
    }
}
