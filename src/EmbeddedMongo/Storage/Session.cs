namespace Visuels.EmbeddedMongo.Storage;

/// <summary>A connection inside a transaction, with the catalog that belongs to what it sees.</summary>
internal abstract class Session(Database db, Catalog catalog)
{
    [ThreadStatic]
    private static Session? _current;

    public Database Db { get; } = db;

    public Catalog Catalog { get; set; } = catalog;

    /// <summary>When the command's maxTimeMS is over, as a timestamp of <see cref="Environment.TickCount64"/>.</summary>
    public long Deadline { get; set; } = long.MaxValue;

    /// <summary>Nobody waits for the result any longer.</summary>
    public CancellationToken Disconnected { get; set; }

    /// <summary>Does work that may take long between two documents, which then asks <see cref="CheckCurrent"/>.</summary>
    public T Watched<T>(Func<T> work)
    {
        var outer = _current;
        _current = this;
        try
        {
            return work();
        }
        finally
        {
            _current = outer;
        }
    }

    /// <summary>Checks the session that this thread works for, if it does for any.</summary>
    public static void CheckCurrent() => _current?.CheckDeadline();

    /// <summary>Ends a command that has become too late or pointless.</summary>
    public void CheckDeadline()
    {
        if (Disconnected.IsCancellationRequested)
        {
            throw new MongoError(279, "ClientDisconnect", "The client has gone away");
        }

        if (Environment.TickCount64 > Deadline)
        {
            throw new MongoError(MongoError.MaxTimeExpired, "MaxTimeMSExpired", "operation exceeded time limit");
        }
    }
}

/// <summary>The writer's side of a transaction.</summary>
internal sealed class WriteSession(Database db, Catalog catalog) : Session(db, catalog)
{
    /// <summary>Does all of it or, when it throws, nothing; what the transaction did before stays.</summary>
    public T Atomically<T>(Func<T> work)
    {
        var before = Catalog;
        Db.Run("SAVEPOINT one");
        try
        {
            var result = work();
            Db.Run("RELEASE one");
            return result;
        }
        catch
        {
            Catalog = before;
            // SQLite ends the whole transaction by itself when the disk is full or broken.
            if (Db.InTransaction)
            {
                Db.Run("ROLLBACK TO one");
                Db.Run("RELEASE one");
            }

            throw;
        }
    }
}

/// <summary>One snapshot for one command, on a connection of the pool.</summary>
internal sealed class ReadSession : Session, IDisposable
{
    private readonly Store _store;

    public ReadSession(Store store, Database db)
        : base(db, store.Catalog)
    {
        _store = store;

        // The snapshot begins with the first read. A commit between taking the catalog and that read would make the two disagree.
        while (true)
        {
            db.Run("BEGIN");
            Catalog = store.Catalog;
            if (CatalogTables.Version(db) == Catalog.Version)
            {
                return;
            }

            db.Run("COMMIT");
            Thread.Yield();
        }
    }

    public void Dispose()
    {
        if (Db.InTransaction)
        {
            Db.Run("COMMIT");
        }

        _store.Return(Db);
    }
}
