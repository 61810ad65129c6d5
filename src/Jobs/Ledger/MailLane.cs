namespace Visuels.Jobs.Ledger;

/// <summary>
/// Room for a few mails at a time. One that takes long steps aside, so that a server which hangs for some readers holds up the mails
/// to others for a moment only.
/// </summary>
internal sealed class MailLane(MailOptions options, TimeProvider clock) : IDisposable
{
    private readonly int _most = options.Parallelism * MailOptions.MostPerPlace;
    private readonly SemaphoreSlim _quick = new(options.Parallelism);
    private readonly SemaphoreSlim _all = new(options.Parallelism * MailOptions.MostPerPlace);

    public bool IsIdle => _all.CurrentCount == _most;

    /// <summary>Waits until there is room for another mail, and takes it.</summary>
    public async Task EnterAsync(CancellationToken ct)
    {
        await _all.WaitAsync(ct);
        try
        {
            await _quick.WaitAsync(ct);
        }
        catch
        {
            _all.Release();
            throw;
        }
    }

    /// <summary>Gives the room back unused.</summary>
    public void Leave()
    {
        _quick.Release();
        _all.Release();
    }

    /// <summary>Uses the room, and gives it back.</summary>
    /// <param name="delivery">Never fails.</param>
    public async Task UseAsync(Task delivery)
    {
        using (var done = new CancellationTokenSource())
        {
            await Task.WhenAny(delivery, Task.Delay(options.SlowAfter, clock, done.Token));
            await done.CancelAsync();
        }

        _quick.Release();
        await delivery;
        _all.Release();
    }

    /// <summary>Waits until all have left.</summary>
    public async Task EmptyAsync()
    {
        for (var i = 0; i < _most; i++)
        {
            await _all.WaitAsync();
        }
    }

    public void Dispose()
    {
        _quick.Dispose();
        _all.Dispose();
    }
}
