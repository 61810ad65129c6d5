using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>Deletes what TTL indexes say has expired, and closes cursors nobody reads.</summary>
internal sealed partial class Housekeeping : IAsyncDisposable
{
    private const int BatchSize = 500;
    public static readonly TimeSpan Period = TimeSpan.FromSeconds(2);
    private readonly Engine _engine;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;

    public Housekeeping(Engine engine, ILogger logger)
    {
        _engine = engine;
        _logger = logger;
        _running = RunAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var timer = new PeriodicTimer(Period, _engine.Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                _engine.Cursors.KillIdle();
                await DeleteExpiredAsync();
            }
        }
        catch (OperationCanceledException)
        {
        }
    }

    private async Task DeleteExpiredAsync()
    {
        foreach (var collection in _engine.Store.Catalog.Collections.Values)
        {
            foreach (var index in collection.Indexes.Where(i => i.Spec.ExpireAfter is not null))
            {
                try
                {
                    // A full batch means that there may be more.
                    while (!_stop.IsCancellationRequested && await DeleteExpiredAsync(collection, index) == BatchSize)
                    {
                    }
                }
                catch (Exception error) when (error is not OperationCanceledException)
                {
                    LogFailure(index.Spec.Name, collection.Namespace, error);
                }
            }
        }
    }

    private async Task<int> DeleteExpiredAsync(CollectionInfo collection, IndexInfo index)
    {
        var range = Expired(index.Spec);
        if (!HasAny(collection, index, range))
        {
            return 0;
        }

        return await _engine.Store.WriteAsync(session =>
        {
            if (session.Catalog.Collections.GetValueOrDefault(collection.Namespace) is not { } current || current.Indexes.All(i => i.Id != index.Id))
            {
                return 0;
            }

            var expired = new HashSet<long>();
            using (var rows = new RowScan(new RowPlan(index.Scan, [range])))
            {
                while (expired.Count < BatchSize && rows.Next(session))
                {
                    expired.Add(rows.Rid);
                }
            }

            foreach (var rid in expired)
            {
                DeleteCommand.Delete(session, collection.Database, collection.Name, rid);
            }

            return expired.Count;
        });
    }

    // Looks before it bothers the writer.
    private bool HasAny(CollectionInfo collection, IndexInfo index, Interval range)
    {
        using var session = _engine.Store.Read();
        if (session.Catalog.Collections.GetValueOrDefault(collection.Namespace)?.Indexes.Any(i => i.Id == index.Id) != true)
        {
            return false;
        }

        using var rows = new RowScan(new RowPlan(index.Scan, [range]));
        return rows.Next(session);
    }

    // Dates only: what is no date never expires, and of several dates the earliest counts.
    private Interval Expired(IndexSpec spec)
    {
        var until = _engine.Clock.GetUtcNow() - spec.ExpireAfter!.Value;
        var range = OperandBounds.Of("$lte", new BsonDateTime(until.UtcDateTime))![0];
        return spec.Fields[0].Descending ? range.Inverted() : range;
    }

    [LoggerMessage(LogLevel.Error, "TTL index {Index} of {Collection} could not delete what has expired")]
    private partial void LogFailure(string index, string collection, Exception error);
}
