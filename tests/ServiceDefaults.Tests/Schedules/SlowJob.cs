using Visuels.ServiceDefaults.Schedules;

namespace Visuels.ServiceDefaults.Tests.Schedules;

/// <summary>Work that lasts for as long as a test wants.</summary>
internal sealed class SlowJob : IScheduledJob
{
    private readonly TaskCompletionSource _release = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _begun;
    private int _stopped;
    private volatile bool _blocks;
    private volatile bool _fails;

    public int Begun => _begun;

    /// <summary>Runs that were told to end on their way.</summary>
    public int Stopped => _stopped;

    public bool Fails
    {
        set => _fails = value;
    }

    public void Block() => _blocks = true;

    public void Release() => _release.SetResult();

    public async Task<long> RunAsync(CancellationToken ct)
    {
        Interlocked.Increment(ref _begun);
        if (_fails)
        {
            throw new InvalidOperationException("The job's own failure");
        }

        if (_blocks)
        {
            try
            {
                await _release.Task.WaitAsync(ct);
            }
            catch (OperationCanceledException)
            {
                Interlocked.Increment(ref _stopped);
                throw;
            }
        }

        return 7;
    }
}
