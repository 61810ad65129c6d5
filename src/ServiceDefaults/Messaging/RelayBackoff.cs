using System.Collections.Concurrent;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>When to try again what failed: after a second, then twice as long each time, with jitter. Lives in memory: a restart tries at once.</summary>
internal sealed class RelayBackoff(TimeSpan longest, TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, (int Failures, DateTimeOffset DueAt)> _entries = new();

    /// <summary>Notes a failure of the entry and tells how many there were.</summary>
    public int Failed(Guid id) =>
        _entries.AddOrUpdate(id, _ => (1, DueAfter(1)), (_, old) => (old.Failures + 1, DueAfter(old.Failures + 1))).Failures;

    public void Forget(Guid id) => _entries.TryRemove(id, out _);

    /// <summary>When the entry may be tried again; null if it never failed.</summary>
    public DateTimeOffset? DueAt(Guid id) => _entries.TryGetValue(id, out var entry) ? entry.DueAt : null;

    public static TimeSpan PauseAfter(int failures, TimeSpan longest)
    {
        var pause = TimeSpan.FromSeconds(Math.Pow(2, Math.Min(failures, 20) - 1));
        return (pause < longest ? pause : longest) * (0.8 + Random.Shared.NextDouble() * 0.2);
    }

    private DateTimeOffset DueAfter(int failures) => clock.GetUtcNow() + PauseAfter(failures, longest);
}
