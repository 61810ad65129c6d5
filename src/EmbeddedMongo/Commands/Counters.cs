using MongoDB.Bson;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>What the server has done since it started, as serverStatus tells it.</summary>
internal sealed class Counters
{
    private long _inserts;
    private long _queries;
    private long _updates;
    private long _deletes;
    private long _getMores;
    private long _commands;
    private long _connections;
    private long _totalConnections;
    private long _requests;
    private long _bytesIn;
    private long _bytesOut;

    public long Connections => Volatile.Read(ref _connections);

    public long Opened()
    {
        Interlocked.Increment(ref _connections);
        return Interlocked.Increment(ref _totalConnections);
    }

    public void Closed() => Interlocked.Decrement(ref _connections);

    public void Received(int bytes)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _bytesIn, bytes);
    }

    public void Sent(int bytes) => Interlocked.Add(ref _bytesOut, bytes);

    public void Count(WireMessage message)
    {
        switch (message.CommandName)
        {
            case "insert":
                Interlocked.Add(ref _inserts, Statements(message, "documents"));
                break;
            case "update":
                Interlocked.Add(ref _updates, Statements(message, "updates"));
                break;
            case "delete":
                Interlocked.Add(ref _deletes, Statements(message, "deletes"));
                break;
            case "find" or "aggregate":
                Interlocked.Increment(ref _queries);
                break;
            case "getMore":
                Interlocked.Increment(ref _getMores);
                break;
            default:
                Interlocked.Increment(ref _commands);
                break;
        }
    }

    public BsonDocument Operations => new()
    {
        { "insert", Volatile.Read(ref _inserts) },
        { "query", Volatile.Read(ref _queries) },
        { "update", Volatile.Read(ref _updates) },
        { "delete", Volatile.Read(ref _deletes) },
        { "getmore", Volatile.Read(ref _getMores) },
        { "command", Volatile.Read(ref _commands) },
    };

    public BsonDocument Network => new()
    {
        { "bytesIn", Volatile.Read(ref _bytesIn) },
        { "bytesOut", Volatile.Read(ref _bytesOut) },
        { "numRequests", Volatile.Read(ref _requests) },
    };

    public BsonDocument ConnectionFigures(int limit) => new()
    {
        { "current", (int)Connections },
        { "available", (int)(limit - Connections) },
        { "totalCreated", (int)Volatile.Read(ref _totalConnections) },
    };

    private static int Statements(WireMessage message, string field) =>
        message.Sequences.TryGetValue(field, out var documents) ? documents.Count : message.Body.GetValue(field, BsonNull.Value) is BsonArray array ? array.Count : 0;
}
