namespace Visuels.Reliability.Rig;

/// <summary>
/// Something bad that happens at moments of a load which are drawn beforehand: when so many of its jobs are done. Random in place, the
/// same for the same seed, and spread over the load however fast the machine is.
/// </summary>
/// <param name="random">Draws the moments.</param>
/// <param name="count">How many moments.</param>
/// <param name="jobs">How many jobs the load has.</param>
/// <param name="happen">What happens, up to the point where it may happen again.</param>
internal sealed class Interruptions(Random random, int count, int jobs, Func<Task> happen) : IDisposable
{
    private readonly Queue<int> _moments = new(Enumerable.Range(0, count).Select(part => (int)((part + random.NextDouble()) * jobs / count)).Order());
    private readonly SemaphoreSlim _one = new(1);
    private int _done;
    private int _happened;

    /// <summary>How often it happened.</summary>
    public int Happened => _happened;

    /// <summary>One job more is done; if that is the moment, comes back when it is over.</summary>
    public async Task JobDoneAsync(CancellationToken ct)
    {
        var done = Interlocked.Increment(ref _done);
        if (!await _one.WaitAsync(0, ct))
        {
            return;
        }

        try
        {
            if (_moments.TryPeek(out var moment) && moment < done)
            {
                _moments.Dequeue();
                _happened++;
                await happen();
            }
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>After the load: what was still due, as one came while the one before was not over.</summary>
    public async Task FinishAsync()
    {
        while (_moments.TryDequeue(out _))
        {
            _happened++;
            await happen();
        }
    }

    public void Dispose() => _one.Dispose();
}
