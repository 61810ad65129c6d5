using Visuels.ServiceDefaults.Errors;

namespace Visuels.Chat.Conversations;

/// <summary>
/// Lets this process append to a conversation one message at a time. That only saves retries: what keeps the order between
/// processes is the unique index of the sequence numbers.
/// </summary>
internal sealed class Lanes
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim[] _lanes = [.. Enumerable.Range(0, 256).Select(_ => new SemaphoreSlim(1))];

    public async Task<T> RunAsync<T>(Pair pair, Func<Task<T>> work, CancellationToken ct)
    {
        var lane = _lanes[(uint)pair.GetHashCode() % _lanes.Length];
        if (!await lane.WaitAsync(LongestWait, ct))
        {
            throw new DependencyUnavailableException("chat (busy conversation)");
        }

        try
        {
            return await work();
        }
        finally
        {
            lane.Release();
        }
    }
}
