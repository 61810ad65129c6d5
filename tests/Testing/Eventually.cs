using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Visuels.Testing;

/// <summary>The only wait of the tests: for what another thread or process brings about.</summary>
public static class Eventually
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Asks until the answer is yes. Generous by default: it costs time only where the test fails.</summary>
    public static async Task Until(
        Func<Task<bool>> condition,
        TimeSpan? within = null,
        CancellationToken ct = default,
        [CallerArgumentExpression(nameof(condition))] string what = "")
    {
        var watch = Stopwatch.StartNew();

        while (!await condition())
        {
            if (watch.Elapsed > (within ?? Patience))
            {
                throw new TimeoutException($"Not within {(within ?? Patience).TotalSeconds:0.#} s: {what}");
            }

            await Task.Delay(Pause, ct);
        }
    }

    /// <inheritdoc cref="Until(Func{Task{bool}}, TimeSpan?, CancellationToken, string)"/>
    public static Task Until(
        Func<bool> condition,
        TimeSpan? within = null,
        CancellationToken ct = default,
        [CallerArgumentExpression(nameof(condition))] string what = "") =>
        Until(() => Task.FromResult(condition()), within, ct, what);
}
