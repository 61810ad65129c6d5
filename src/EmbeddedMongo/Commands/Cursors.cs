using System.Collections.Concurrent;
using System.Security.Cryptography;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>An open cursor between two batches.</summary>
internal sealed class Cursor(string ns, DocumentSource source)
{
    private int _inUse;

    public string Namespace { get; } = ns;

    public DocumentSource Source { get; } = source;

    /// <summary>Read from the source, but not sent: it did not fit.</summary>
    public byte[]? Pending { get; set; }

    public DateTimeOffset LastUsed { get; set; }

    /// <summary>The milliseconds that are left of the maxTimeMS it was opened with.</summary>
    public long? TimeLeft { get; set; }

    /// <summary>The id of the session it was opened in, if any.</summary>
    public BsonValue? Session { get; init; }

    public bool TryUse() => Interlocked.Exchange(ref _inUse, 1) == 0;

    public void Release() => Volatile.Write(ref _inUse, 0);
}

/// <summary>The cursors that clients have left open. They cost no transaction, only memory, and not for ever.</summary>
internal sealed class Cursors(TimeProvider clock)
{
    private const int MaxOpen = 1000;
    private const long MaxHeldBytes = 128 * 1024 * 1024;
    public static readonly TimeSpan IdleTimeout = TimeSpan.FromMinutes(10);
    private readonly ConcurrentDictionary<long, Cursor> _open = new();
    private long _timedOut;

    public int Count => _open.Count;

    public long TimedOut => Volatile.Read(ref _timedOut);

    public long Keep(Cursor cursor)
    {
        cursor.LastUsed = clock.GetUtcNow();
        MakeRoom(cursor.Source.HeldBytes);
        long id;
        do
        {
            id = BitConverter.ToInt64(RandomNumberGenerator.GetBytes(8)) & long.MaxValue;
        }
        while (id == 0 || !_open.TryAdd(id, cursor));

        return id;
    }

    /// <summary>The cursor, for this caller alone until it is released.</summary>
    public Cursor Use(long id, string ns, BsonValue? session)
    {
        var cursor = _open.GetValueOrDefault(id) ?? throw NotFound(id);
        if (cursor.Namespace != ns)
        {
            throw new MongoError(13, "Unauthorized", $"Requested getMore on namespace '{ns}', but cursor belongs to a different namespace {cursor.Namespace}");
        }

        CheckSession(id, cursor.Session, session);
        if (!cursor.TryUse())
        {
            throw new MongoError(143, "CursorInUse", $"cursor id {id} is already in use");
        }

        cursor.LastUsed = clock.GetUtcNow();
        return cursor;
    }

    public void GiveBack(long id, Cursor cursor, bool stays)
    {
        if (!stays)
        {
            _open.TryRemove(id, out _);
        }

        cursor.Release();

        // Read to its end, or killed while it was read from.
        if (!_open.ContainsKey(id) && cursor.TryUse())
        {
            cursor.Source.Dispose();
        }
    }

    public bool Kill(long id)
    {
        if (!_open.TryRemove(id, out var cursor))
        {
            return false;
        }

        // One that is being read from right now is disposed of when it is given back.
        if (cursor.TryUse())
        {
            cursor.Source.Dispose();
        }

        return true;
    }

    public void KillIdle()
    {
        var before = clock.GetUtcNow() - IdleTimeout;
        foreach (var (id, _) in _open.Where(c => c.Value.LastUsed < before))
        {
            Kill(id);
            Interlocked.Increment(ref _timedOut);
        }
    }

    public void KillOf(BsonValue session)
    {
        foreach (var (id, _) in _open.Where(c => session.Equals(c.Value.Session)))
        {
            Kill(id);
        }
    }

    private static void CheckSession(long id, BsonValue? opened, BsonValue? session)
    {
        if (!Equals(opened, session))
        {
            var code = opened is null ? 50737 : session is null ? 50736 : 50738;
            throw new MongoError(code, $"Location{code}", $"Cannot run getMore on cursor {id}, which was created in {Show(opened)}, in {Show(session)}");
        }
    }

    private static string Show(BsonValue? session) => session is null ? "no session" : $"session {session}";

    // A client that forgets its cursors must not take the memory of the others; the longest unused go first.
    private void MakeRoom(long bytes)
    {
        if (_open.Count < MaxOpen && bytes == 0)
        {
            return;
        }

        // Its own ToArray, because LINQ copies by a count that another request may just be changing.
        var open = _open.ToArray().OrderBy(c => c.Value.LastUsed).ToList();
        var (count, held) = (open.Count, bytes + open.Sum(c => c.Value.Source.HeldBytes));
        foreach (var (id, cursor) in open)
        {
            if (count >= MaxOpen || (held > MaxHeldBytes && cursor.Source.HeldBytes > 0))
            {
                count--;
                held -= cursor.Source.HeldBytes;
                Kill(id);
            }
        }
    }

    public static MongoError NotFound(long id) => new(43, "CursorNotFound", $"cursor id {id} not found");
}
