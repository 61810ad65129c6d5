using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Sessions by themselves: without transactions they hold nothing but the cursors opened in them.</summary>
internal static class SessionCommands
{
    public const int TimeoutMinutes = 30;

    public static readonly Command[] All =
    [
        new("startSession", [], (_, _) => Start()),
        new("refreshSessions", [], (_, context) => ForEach(context, _ => { })),
        new("endSessions", [], (engine, context) => ForEach(context, engine.Cursors.KillOf)),
        new("killSessions", [], (engine, context) => ForEach(context, engine.Cursors.KillOf)),
    ];

    private static ValueTask<BsonDocument?> Start() => new(new BsonDocument
    {
        { "id", new BsonDocument("id", new BsonBinaryData(Guid.NewGuid(), GuidRepresentation.Standard)) },
        { "timeoutMinutes", TimeoutMinutes },
        { "ok", 1.0 },
    });

    private static ValueTask<BsonDocument?> ForEach(CommandContext context, Action<BsonValue> act)
    {
        var name = context.Name;
        var sessions = context.Body[0] as BsonArray ?? throw FieldTypes.Wrong($"{name}.{name}", context.Body[0], "array");
        for (var i = 0; i < sessions.Count; i++)
        {
            var session = sessions[i] as BsonDocument ?? throw FieldTypes.Wrong($"{name}.{name}.{i}", sessions[i], "object");
            CommonFields.CheckSession(session, $"{name}.{name}.{i}");
        }

        foreach (var session in sessions)
        {
            act(session["id"]);
        }

        return new(new BsonDocument("ok", 1.0));
    }
}
