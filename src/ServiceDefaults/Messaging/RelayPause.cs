namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Keeps a relay from hammering a broker that does not answer: a second at first, then twice as long with each failure in a row.</summary>
internal sealed class RelayPause(TimeSpan longest, TimeProvider clock)
{
    private readonly Lock _lock = new();
    private DateTimeOffset _until;
    private int _failures;

    /// <summary>Notes a failure; true if it is the first of a row. Parallel failures count once.</summary>
    public bool Begin()
    {
        lock (_lock)
        {
            var now = clock.GetUtcNow();

            if (now < _until)
            {
                return false;
            }

            _until = now + RelayBackoff.PauseAfter(++_failures, longest);
            return _failures == 1;
        }
    }

    /// <summary>Notes a success; true if it ends a row of failures.</summary>
    public bool Reset()
    {
        lock (_lock)
        {
            var failed = _failures > 0;
            _failures = 0;
            _until = default;
            return failed;
        }
    }

    public async Task EndAsync(CancellationToken ct)
    {
        while (Left() is var left && left > TimeSpan.Zero && !ct.IsCancellationRequested)
        {
            await Task.Delay(left, clock, ct).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private TimeSpan Left()
    {
        lock (_lock)
        {
            return _until - clock.GetUtcNow();
        }
    }
}
