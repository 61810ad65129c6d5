using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.ServiceDefaults.Images;

/// <summary>
/// Deletes the files of this service's area that no document shows: what every other care has missed, for example after a backup of the
/// database was restored. Only files older than a day, so that none is taken whose document is being written.
/// </summary>
/// <param name="store">Where the images lie.</param>
/// <param name="references">Tells which of them are shown.</param>
/// <param name="clock">The clock.</param>
/// <param name="logger">Is told each file.</param>
public sealed partial class OrphanedImages(IImageStore store, IImageReferences references, TimeProvider clock, ILogger<OrphanedImages> logger) : IScheduledJob
{
    private const int BatchSize = 100;

    // Orphans are rare. When most files are some, it is likelier that this is not the database that belongs to them.
    private const int FewOrphans = 100;

    private static readonly TimeSpan Age = TimeSpan.FromHours(24);

    /// <inheritdoc />
    /// <exception cref="InvalidOperationException">More than a hundred files, and more than half of all, seem to be orphans: nothing is deleted.</exception>
    public async Task<long> RunAsync(CancellationToken ct)
    {
        var (files, orphans) = (0, new List<string>());
        await foreach (var batch in store.ListAsync(clock.GetUtcNow() - Age, ct).Chunk(BatchSize).WithCancellation(ct))
        {
            var shown = await references.FindAsync([.. batch.Select(file => file.FileId)], ct);
            files += batch.Length;
            orphans.AddRange(batch.Select(file => file.FileId).Where(fileId => !shown.Contains(fileId)));
        }

        if (orphans.Count > FewOrphans && orphans.Count > files / 2)
        {
            throw new InvalidOperationException(
                $"{orphans.Count} of {files} images are shown by no document: is this the database that belongs to them? Nothing is deleted.");
        }

        foreach (var fileId in orphans)
        {
            ct.ThrowIfCancellationRequested();
            await store.DeleteAsync(fileId, ct);
            LogDeleted(fileId);
        }

        return orphans.Count;
    }

    [LoggerMessage(LogLevel.Information, "Image {FileId} was shown by no document; deleted")]
    private partial void LogDeleted(string fileId);
}
