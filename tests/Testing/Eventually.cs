using System.Diagnostics;

namespace Visuels.Testing;

/// <summary>The only way tests wait for what happens in the background: until it is so, or until patience ends.</summary>
public static class Eventually
{
    /// <summary>How long tests wait unless told otherwise: no measure of anything, only longer than a busy machine takes.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    /// <summary>Asks until the answer is yes.</summary>
    /// <param name="condition">Cheap, without lasting effects of its own; may advance a fake clock.</param>
    /// <param name="what">For the message when it never becomes true.</param>
    /// <param name="within">Patience, where the usual one is too short.</param>
    /// <exception cref="TimeoutException">It never did.</exception>
    public static Task Until(Func<Task<bool>> condition, string what, TimeSpan? within = null) =>
        Until(async () => await condition() ? new object() : null, what, within);

    /// <inheritdoc cref="Until(Func{Task{bool}}, string, TimeSpan?)"/>
    public static Task Until(Func<bool> condition, string what, TimeSpan? within = null) =>
        Until(() => Task.FromResult(condition()), what, within);

    /// <summary>Asks until there is something, and returns it.</summary>
    /// <param name="find">Null while it is not there yet.</param>
    /// <param name="what">For the message when it never comes.</param>
    /// <param name="within">Patience, where the usual one is too short.</param>
    /// <exception cref="TimeoutException">It never came.</exception>
    public static async Task<T> Until<T>(Func<Task<T?>> find, string what, TimeSpan? within = null)
        where T : class
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            if (await find() is { } found)
            {
                return found;
            }

            if (clock.Elapsed > (within ?? Patience))
            {
                throw new TimeoutException($"Within {within ?? Patience}: {what}");
            }

            await Task.Delay(Pause);
        }
    }
}
