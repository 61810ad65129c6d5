namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// A published event on its way through its queues. RabbitMQ keeps what it confirmed, so there it is over at once; in memory only
/// when the consumers of all queues are done.
/// </summary>
internal sealed class Delivery
{
    private readonly Lock _lock = new();
    private readonly HashSet<string> _waiting;
    private readonly TaskCompletionSource<bool> _outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _failed;

    public Delivery(IEnumerable<string> queues)
    {
        _waiting = [.. queues];

        if (_waiting.Count == 0)
        {
            _outcome.SetResult(true);
        }
    }

    /// <summary>The delivery of a message that a broker took over.</summary>
    public static Delivery Confirmed { get; } = new([]);

    /// <summary>Ends when all queues are through with it: true unless one failed for good.</summary>
    public Task<bool> Outcome => _outcome.Task;

    public void Finish(string queue, bool succeeded)
    {
        lock (_lock)
        {
            if (!_waiting.Remove(queue))
            {
                return;
            }

            _failed |= !succeeded;

            if (_waiting.Count == 0)
            {
                _outcome.SetResult(!_failed);
            }
        }
    }
}
