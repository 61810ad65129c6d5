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

    /// <summary>
    /// Does something at moments of a load that are drawn beforehand: when so many of its jobs are done. Random in place, the same for
    /// the same seed, and spread over the load however fast the machine is.
    /// </summary>
    /// <param name="random">Draws the moments.</param>
    /// <param name="count">How many.</param>
    /// <param name="jobs">How many jobs the load has.</param>
    /// <returns>Numbers of done jobs, rising.</returns>
    public static Queue<int> Moments(Random random, int count, int jobs) =>
        new(Enumerable.Range(0, count).Select(part => (int)((part + random.NextDouble()) * jobs / count)).Order());
}
