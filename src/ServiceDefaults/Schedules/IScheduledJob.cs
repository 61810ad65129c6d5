namespace Visuels.ServiceDefaults.Schedules;

/// <summary>
/// Work that begins by itself now and then. It may be ended anywhere, by a crash or because its lease was lost, and be begun again by
/// another instance: each step is one conditional write, and what is done already is found done.
/// </summary>
public interface IScheduledJob
{
    /// <summary>Does what there is to do, batch by batch.</summary>
    /// <param name="ct">Ends the run: the service stops, or the lease is lost and another instance may be at work.</param>
    /// <returns>How many things were changed.</returns>
    Task<long> RunAsync(CancellationToken ct);
}
