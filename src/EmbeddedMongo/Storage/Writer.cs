using System.Runtime.ExceptionServices;
using Microsoft.Data.Sqlite;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>
/// The only one who writes. All work that queued up while the last commit went to disk shares the next commit,
/// and is acknowledged only after it.
/// </summary>
internal sealed class Writer : IDisposable
{
    private readonly Database _db;
    private readonly Action<Catalog> _publish;
    private readonly Thread _thread;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0, 1);
    private List<Job> _queue = [];
    private List<Job> _batch = [];
    private Catalog _catalog;
    private bool _stopped;

    public Writer(Database db, Catalog catalog, Action<Catalog> publish)
    {
        _db = db;
        _catalog = catalog;
        _publish = publish;
        _thread = new Thread(Loop) { IsBackground = true, Name = "EmbeddedMongo writer" };
        _thread.Start();
    }

    public Task<T> RunAsync<T>(Func<WriteSession, T> work)
    {
        var job = new Job<T>(work);
        lock (_gate)
        {
            if (_stopped)
            {
                throw new MongoError(11600, "InterruptedAtShutdown", "The server is shutting down");
            }

            _queue.Add(job);
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }

        return job.Task;
    }

    /// <summary>Finishes what is queued.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            if (_wake.CurrentCount == 0)
            {
                _wake.Release();
            }
        }

        _thread.Join();
        _wake.Dispose();
    }

    private void Loop()
    {
        while (true)
        {
            lock (_gate)
            {
                (_queue, _batch) = (_batch, _queue);
                if (_batch.Count == 0 && _stopped)
                {
                    return;
                }
            }

            if (_batch.Count == 0)
            {
                _wake.Wait();
                continue;
            }

            RunBatch();
            _batch.Clear();
        }
    }

    private void RunBatch()
    {
        Exception? failure = null;
        var session = new WriteSession(_db, _catalog);
        try
        {
            _db.Run("BEGIN IMMEDIATE");
            foreach (var job in _batch)
            {
                job.Run(session);
                if (job.Failure is not (null or MongoError))
                {
                    // A store that failed may have undone more than this job's work, and a bug less; so nobody's is kept.
                    ExceptionDispatchInfo.Throw(job.Failure);
                }
            }

            _db.Run("COMMIT");
            if (session.Catalog != _catalog)
            {
                _catalog = session.Catalog;
                _publish(_catalog);
            }
        }
        catch (Exception error)
        {
            failure = error;
            RollBack();
        }

        foreach (var job in _batch)
        {
            job.Complete(failure);
        }
    }

    private void RollBack()
    {
        try
        {
            if (_db.InTransaction)
            {
                _db.Run("ROLLBACK");
            }
        }
        catch (SqliteException)
        {
            // The disk is broken; those who wait learn it from the first error, and the next transaction will show whether it still is.
        }
    }

    private abstract class Job
    {
        public Exception? Failure { get; protected set; }

        public abstract void Run(WriteSession session);

        public abstract void Complete(Exception? commitFailure);
    }

    private sealed class Job<T>(Func<WriteSession, T> work) : Job
    {
        private readonly TaskCompletionSource<T> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T _result = default!;

        public Task<T> Task => _done.Task;

        public override void Run(WriteSession session)
        {
            try
            {
                _result = work(session);
            }
            catch (Exception error)
            {
                // It is the caller's; documents are written atomically, so nothing half-done is left behind.
                Failure = error;
            }
        }

        public override void Complete(Exception? commitFailure)
        {
            if ((commitFailure ?? Failure) is { } failure)
            {
                _done.SetException(failure);
            }
            else
            {
                _done.SetResult(_result);
            }
        }
    }
}
