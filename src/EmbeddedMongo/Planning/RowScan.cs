using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>
/// The rows of a plan. Between two batches of a cursor it holds no transaction, only the key of the row it stopped at: a
/// snapshot kept open for minutes would keep the write-ahead log from ever starting over.
/// </summary>
internal sealed class RowScan(RowPlan plan) : IDisposable
{
    private int _range;
    private byte[]? _lastKey;
    private long _lastRid;
    private Statement? _statement;
    private bool _onRow;
    private int _steps;

    public long Rid => _statement!.Long(1);

    public ReadOnlySpan<byte> Document => _statement!.Blob(2);

    public bool IsNatural => plan.IsNatural;

    /// <summary>How many rows were read.</summary>
    public long Count { get; private set; }

    public bool Next(Session session)
    {
        while (_range < plan.Ranges.Count)
        {
            _statement ??= Open(session, plan.Ranges[plan.Backward ? plan.Ranges.Count - 1 - _range : _range]);
            if ((++_steps & 0xFF) == 0)
            {
                session.CheckDeadline();
            }

            _onRow = _statement.Step();
            if (_onRow)
            {
                Count++;
                return true;
            }

            Dispose();
            _range++;
            _lastKey = null;
            _lastRid = 0;
        }

        return false;
    }

    /// <summary>Lets go of the session; the next one goes on after the current row.</summary>
    public void Detach()
    {
        if (_statement is not null && _onRow)
        {
            _lastKey = _statement.Blob(0).ToArray();
            _lastRid = _statement.Long(1);
        }

        Dispose();
    }

    public void Dispose()
    {
        _statement?.Dispose();
        _statement = null;
        _onRow = false;
    }

    private Statement Open(Session session, Interval range)
    {
        var statement = session.Db.Use(plan.Backward ? plan.Scan.Backward : plan.Scan.Forward);
        if (plan.IsNatural)
        {
            return statement.Bind(2, plan.Backward && _lastKey is null ? long.MaxValue : _lastRid);
        }

        return statement
            .Bind(1, plan.Backward ? range.From : _lastKey ?? range.From)
            .Bind(2, _lastRid)
            .Bind(3, plan.Backward ? _lastKey ?? range.To : range.To);
    }
}
