using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>
/// The rows of a plan. Between two batches of a cursor it holds no transaction, only the key of the row it stopped at: a
/// snapshot kept open for minutes would keep the write-ahead log from ever starting over.
/// </summary>
internal sealed class RowScan(RowPlan plan) : IDisposable
{
    private readonly RowPlan _plan = plan;
    private int _range;
    private byte[]? _lastKey;
    private long _lastRid;
    private Statement? _statement;
    private bool _onRow;
    private int _steps;

    public long Rid => _statement!.Long(1);

    public ReadOnlySpan<byte> Document => _statement!.Blob(2);

    public bool IsNatural => _plan.IsNatural;

    /// <summary>How many rows were read.</summary>
    public long Count { get; private set; }

    public bool Next(Session session)
    {
        while (_range < _plan.Ranges.Count)
        {
            _statement ??= Open(session, _plan.Ranges[_plan.Backward ? _plan.Ranges.Count - 1 - _range : _range]);
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

    /// <summary>Which of two rows that are read side by side comes first, going by what follows the keys' prefixes.</summary>
    public int CompareRows(RowScan other) => _statement!.Blob(0)[_plan.PrefixLength..].SequenceCompareTo(other._statement!.Blob(0)[other._plan.PrefixLength..])
        * (_plan.Backward ? -1 : 1);

    /// <summary>Lets go of the session; the next one goes on after the current row, or with it again.</summary>
    public void Detach(bool again = false)
    {
        if (_statement is not null && _onRow)
        {
            _lastKey = _statement.Blob(0).ToArray();
            _lastRid = _statement.Long(1) + (!again ? 0 : _plan.Backward ? 1 : -1);
            Count -= again ? 1 : 0;
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
        var statement = session.Db.Use(_plan.Backward ? _plan.Scan.Backward : _plan.Scan.Forward);
        if (_plan.IsNatural)
        {
            return statement.Bind(2, _plan.Backward && _lastKey is null ? long.MaxValue : _lastRid);
        }

        return statement
            .Bind(1, _plan.Backward ? range.From : _lastKey ?? range.From)
            .Bind(2, _lastRid)
            .Bind(3, _plan.Backward ? _lastKey ?? range.To : range.To);
    }
}
