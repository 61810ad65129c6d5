using System.Diagnostics;

namespace Visuels.Reliability.Rig;

/// <summary>Closed-loop clients: each sends its next request when the last one is answered.</summary>
internal static class Load
{
    /// <summary>Does all of it, some at a time.</summary>
    /// <param name="jobs">What is to be done.</param>
    /// <param name="clients">How many at a time.</param>
    /// <param name="work">One of them.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> RunAsync<T>(IEnumerable<T> jobs, int clients, Func<T, Task> work, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        await Parallel.ForEachAsync(
            jobs, new ParallelOptions { MaxDegreeOfParallelism = clients, CancellationToken = ct }, async (job, _) => await work(job));
        return clock.Elapsed;
    }

    /// <summary>Starts so many a second, whether or not the earlier ones are done: a slow answer keeps nobody from asking.</summary>
    /// <param name="jobs">What is to be done.</param>
    /// <param name="perSecond">How many are begun in a second.</param>
    /// <param name="work">One of them.</param>
    /// <param name="ct">Ends it.</param>
    /// <returns>How long it took.</returns>
    public static async Task<TimeSpan> AtRateAsync<T>(IEnumerable<T> jobs, double perSecond, Func<T, Task> work, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        var begun = new List<Task>();
        foreach (var job in jobs)
        {
            var early = TimeSpan.FromSeconds(begun.Count / perSecond) - clock.Elapsed;
            if (early > TimeSpan.Zero)
            {
                await Task.Delay(early, ct);
            }

            begun.Add(work(job));
        }

        await Task.WhenAll(begun);
        return clock.Elapsed;
    }
}
