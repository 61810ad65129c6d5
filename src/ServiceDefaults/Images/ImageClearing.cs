using Microsoft.Extensions.Logging;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Ends doubts: what a document shows is kept, everything else deleted.</summary>
internal sealed partial class ImageClearing(DoubtfulImages doubtful, IImageStore store, IImageReferences references, ILogger<ImageClearing> logger)
{
    /// <summary>Never fails: what cannot be settled now is tried again when its row is due.</summary>
    public async Task SettleAsync(IEnumerable<DoubtfulImage> images, CancellationToken ct)
    {
        if (Sabotage.Is(Sabotage.ImageDiscardOff))
        {
            return;
        }

        var settled = new List<string>();
        try
        {
            var files = new List<(string Name, string FileId)>();
            foreach (var image in images)
            {
                if ((image.FileId ?? await store.FindAsync(image.Id, ct)) is { } fileId)
                {
                    files.Add((image.Id, fileId));
                }
                else
                {
                    settled.Add(image.Id);
                }
            }

            var shown = files.Count > 0 ? await references.FindAsync([.. files.Select(file => file.FileId)], ct) : new HashSet<string>();
            foreach (var (name, fileId) in files)
            {
                if (!shown.Contains(fileId))
                {
                    await store.DeleteAsync(fileId, ct);
                }

                settled.Add(name);
            }
        }
        catch (Exception e) when (IsOutage(e))
        {
            LogPostponed(e.Message.ReplaceLineEndings(" "));
        }

        await ForgetAsync(settled, ct);
    }

    /// <summary>There is no doubt any more about images of these names. Never fails: a row too many is settled when it is due.</summary>
    public async Task ForgetAsync(IReadOnlyCollection<string> names, CancellationToken ct)
    {
        if (names.Count == 0)
        {
            return;
        }

        try
        {
            await doubtful.RemoveAsync(names, ct);
        }
        catch (Exception e) when (IsOutage(e))
        {
            LogPostponed(e.Message.ReplaceLineEndings(" "));
        }
    }

    public static bool IsOutage(Exception e) =>
        e is DependencyUnavailableException or MongoException or TimeoutException or IOException or UnauthorizedAccessException or OperationCanceledException;

    [LoggerMessage(LogLevel.Warning, "Images that may not be needed any more cannot be cleared now, and are tried again: {Reason}")]
    private partial void LogPostponed(string reason);
}
