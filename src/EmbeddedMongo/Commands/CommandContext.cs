using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>One command being run: typed access to its fields, and the reply it may write to directly.</summary>
internal sealed class CommandContext(WireMessage message, ReplyBuffer reply, long connectionId, CancellationToken disconnected)
{
    public WireMessage Message { get; } = message;

    public BsonDocument Body { get; } = message.Body;

    public ReplyBuffer Reply { get; } = reply;

    public long ConnectionId { get; } = connectionId;

    /// <summary>The address the client has, as it is seen from here.</summary>
    public string ClientAddress { get; init; } = "";

    public string Name { get; } = message.CommandName;

    public string Database => Text("$db") ?? throw FieldTypes.Missing("OP_MSG", "$db");

    /// <summary>The collection that the command's first field names.</summary>
    public string Collection
    {
        get
        {
            var name = Body.GetElement(0).Value as BsonString
                ?? throw new MongoError(73, "InvalidNamespace", $"collection name has invalid type {Failure.TypeName(Body.GetElement(0).Value)}");
            Names.CheckCollection(Database, name.Value);
            return name.Value;
        }
    }

    public BsonValue? SessionId => Document("lsid")?["id"];

    public string Namespace => $"{Database}.{Collection}";

    /// <summary>What surrounds the queries of a command that is about no collection.</summary>
    public static QueryContext ContextOf(Engine engine) => new(Query.Collation.Simple, new BsonDateTime(engine.Clock.GetUtcNow().UtcDateTime));

    /// <summary>What surrounds the command's queries: its collation, or else its collection's, and its variables.</summary>
    public QueryContext QueryContext(Engine engine, Collation inherited) =>
        (ContextOf(engine) with { Collation = Collation(Document("collation"), inherited) }).WithLet(Document("let") ?? []);

    public static Collation Collation(BsonDocument? given, Collation inherited) =>
        given is { ElementCount: > 0 } ? Query.Collation.Parse(given) : inherited;

    /// <summary>A snapshot for this command, for as long as the client waits for it.</summary>
    public ReadSession Read(Engine engine)
    {
        var session = engine.Store.Read(Count("maxTimeMS"));
        session.Disconnected = disconnected;
        return session;
    }

    /// <summary>A command inside of this one, in the same database.</summary>
    public CommandContext Inside(BsonDocument command)
    {
        var body = new BsonDocument(command.Where(f => f.Name != "$db")) { { "$db", Database } };
        return new CommandContext(Message.With(body), Reply, ConnectionId, disconnected);
    }

    /// <summary>Work for the writer, which may begin, and go from one document to the next, as long as maxTimeMS says.</summary>
    public Task<T> WriteAsync<T>(Engine engine, Func<WriteSession, T> work)
    {
        if (Count("maxTimeMS") is not (> 0 and var limit))
        {
            return engine.Store.WriteAsync(work);
        }

        var deadline = Environment.TickCount64 + limit;
        return engine.Store.WriteAsync(session =>
        {
            session.Deadline = deadline;
            try
            {
                session.CheckDeadline();
                return session.Watched(() => work(session));
            }
            finally
            {
                session.Deadline = long.MaxValue;
            }
        });
    }

    public BsonValue? Hint => Body.GetValue("hint", null);

    public bool Has(string field) => Body.TryGetValue(field, out var value) && !value.IsBsonNull;

    public BsonDocument? Document(string field) => Value(field) switch
    {
        null => null,
        BsonDocument document => document,
        var other => throw Wrong(field, other, "object"),
    };

    public BsonArray? Array(string field) => Value(field) switch
    {
        null => null,
        BsonArray array => array,
        var other => throw Wrong(field, other, "array"),
    };

    public string? Text(string field) => Value(field) switch
    {
        null => null,
        BsonString text => text.Value,
        var other => throw Wrong(field, other, "string"),
    };

    public bool Flag(string field, bool fallback = false) => Value(field) switch
    {
        null => fallback,
        BsonBoolean flag => flag.Value,
        { IsNumeric: true } number => number.ToDouble() != 0,
        var other => throw Wrong(field, other, "bool"),
    };

    /// <summary>A whole number that is not negative.</summary>
    public long? Count(string field)
    {
        if (Value(field) is not { } value)
        {
            return null;
        }

        if (!value.IsNumeric)
        {
            throw Wrong(field, value, "long");
        }

        // Beyond what a long holds it stands for no limit, as it does in MongoDB.
        var number = value.ToDouble();
        return number >= 0 || double.IsNaN(number)
            ? value is BsonInt64 whole ? whole.Value : (long)Math.Min(number, long.MaxValue)
            : throw new MongoError(51024, "Location51024", $"BSON field '{field}' value must be >= 0, actual value '{value}'");
    }

    /// <summary>How many documents the first batch of the command's cursor may have.</summary>
    public long? CursorBatchSize()
    {
        var cursor = Document("cursor") ?? [];
        FieldTypes.CheckAll("cursor", cursor, "batchSize");
        return cursor.TryGetValue("batchSize", out var size) && size.IsNumeric ? size.ToInt64() : null;
    }

    /// <summary>The documents of a write, whether they were sent beside the body or in it.</summary>
    public List<ReadOnlyMemory<byte>> Batch(string field)
    {
        if (!Message.Sequences.TryGetValue(field, out var documents))
        {
            var inline = Array(field) ?? throw FieldTypes.Missing(Name, field);
            documents = [.. inline.Select(d => (ReadOnlyMemory<byte>)BsonBytes.Encode(d as BsonDocument ?? throw Wrong(field, d, "object")))];
        }

        return documents.Count is > 0 and <= 100_000
            ? documents
            : throw new MongoError(16, "InvalidLength", $"Write batch sizes must be between 1 and 100000. Got {documents.Count} operations.");
    }

    private BsonValue? Value(string field) => Body.TryGetValue(field, out var value) && !value.IsBsonNull ? value : null;

    private MongoError Wrong(string field, BsonValue value, string expected) => FieldTypes.Wrong($"{Name}.{field}", value, expected);
}
