using System.Diagnostics;
using Microsoft.Extensions.Time.Testing;

namespace Visuels.Testing;

/// <summary>The only way tests wait for what happens in the background: until it is so, or until patience ends.</summary>
public static class Eventually
{
    /// <summary>How long tests wait unless told otherwise: no measure of anything, only longer than a busy machine takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>How far a clock goes on at the most during one wait: no test's own time-outs are to pass unasked.</summary>
    public static readonly TimeSpan LongestCreep = TimeSpan.FromSeconds(15);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="condition">Cheap, without lasting effects of its own; may advance a fake clock.</param>
    /// <param name="what">For the message when it never becomes true.</param>
    /// <param name="within">Patience, where the usual one is too short.</param>
    /// <param name="clock">
    /// A fake clock that goes on meanwhile, no faster than the real one, and stands still once it is so. For whoever looks again only when
    /// time goes by: a single step may pass before the other side has begun to wait for it.
    /// </param>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static Task Until(Func<Task<bool>> condition, string what, TimeSpan? within = null, FakeTimeProvider? clock = null) =>
        Until(async () => await condition() ? new object() : null, what, within, clock);

    /// <inheritdoc cref="Until(Func{Task{bool}}, string, TimeSpan?, FakeTimeProvider?)"/>
    public static Task Until(Func<bool> condition, string what, TimeSpan? within = null, FakeTimeProvider? clock = null) =>
        Until(() => Task.FromResult(condition()), what, within, clock);

    /// <summary>Asks until there is something, and returns it.</summary>
    /// <param name="find">Null while it is not there yet.</param>
    /// <param name="what">For the message when it never comes.</param>
    /// <param name="within">Patience, where the usual one is too short.</param>
    /// <param name="clock">A fake clock that goes on meanwhile.</param>
    /// <exception cref="TimeoutException">It never came.</exception>
    public static async Task<T> Until<T>(Func<Task<T?>> find, string what, TimeSpan? within = null, FakeTimeProvider? clock = null)
        where T : class
    {
        var watch = Stopwatch.StartNew();
        var crept = TimeSpan.Zero;
        while (true)
        {
            if (await find() is { } found)
            {
                return found;
            }

            if (watch.Elapsed > (within ?? Patience))
            {
                throw new TimeoutException($"Within {within ?? Patience}: {what}");
            }

            await Task.Delay(Pause);
            if (clock is not null && crept < LongestCreep)
            {
                clock.Advance(Pause);
                crept += Pause;
            }
        }
    }
}
