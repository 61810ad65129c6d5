using System.Collections.Concurrent;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>One data folder: a SQLite file in WAL mode, its writer, and a pool of connections that read snapshots beside it.</summary>
internal sealed class Store : IDisposable
{
    private readonly string _file;
    private readonly FileStream _lock;
    private readonly Database _db;
    private readonly Writer _writer;
    private readonly ConcurrentStack<Database> _readers = [];
    private volatile Catalog _catalog;

    private Store(string file, FileStream folderLock, Database db)
    {
        _file = file;
        _lock = folderLock;
        _db = db;
        CatalogTables.Prepare(db);
        _catalog = CatalogTables.Load(db);
        CollationUpgrade.Run(db, _catalog);
        _writer = new Writer(db, _catalog, catalog => _catalog = catalog);
    }

    public Catalog Catalog => _catalog;

    /// <param name="folder">Made if it is missing.</param>
    /// <param name="flushEveryCommit">
    /// A commit survives the death of this process either way, as the operating system has its pages;
    /// with the flush it survives the death of the machine as well.
    /// </param>
    public static Store Open(string folder, bool flushEveryCommit)
    {
        FileStream? folderLock = null;
        Database? db = null;
        try
        {
            Directory.CreateDirectory(folder);
            folderLock = new FileStream(Path.Combine(folder, "server.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            var file = Path.Combine(folder, "data.sqlite");
            db = Database.Open(file);
            db.Execute($"PRAGMA journal_mode = WAL; PRAGMA synchronous = {(flushEveryCommit ? "FULL" : "OFF")}; PRAGMA cache_size = -32768; PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864");
            return new Store(file, folderLock, db);
        }
        catch (Exception error)
        {
            // A damaged file can make anything go wrong.
            db?.Dispose();
            folderLock?.Dispose();
            throw Explain(folder, error, haveLock: folderLock is not null);
        }
    }

    /// <param name="maxTime">How long reading may take; null or zero for as long as it does.</param>
    public ReadSession Read(long? maxTime = null)
    {
        if (!_readers.TryPop(out var db))
        {
            db = Database.Open(_file);
            db.Execute("PRAGMA query_only = 1; PRAGMA cache_size = -4096");
        }

        try
        {
            return new ReadSession(this, db) { Deadline = maxTime is > 0 and var limit ? Environment.TickCount64 + limit : long.MaxValue };
        }
        catch
        {
            db.Dispose();
            throw;
        }
    }

    public void Return(Database db) => _readers.Push(db);

    public Task<T> WriteAsync<T>(Func<WriteSession, T> work) => _writer.RunAsync(work);

    public void Dispose()
    {
        _writer.Dispose();
        while (_readers.TryPop(out var reader))
        {
            reader.Dispose();
        }

        // The last connection to close moves the log into the file.
        _db.Dispose();
        _lock.Dispose();
    }

    private static EmbeddedMongoException Explain(string folder, Exception error, bool haveLock) => error switch
    {
        EmbeddedMongoException known => known,
        IOException when !haveLock && File.Exists(Path.Combine(folder, "server.lock")) =>
            new EmbeddedMongoException($"The data folder {folder} is in use by another server.", error),
        _ => new EmbeddedMongoException($"The data folder {folder} cannot be used: {error.Message.ReplaceLineEndings(" ")}", error),
    };
}
