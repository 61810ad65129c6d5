using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Takes uploads in and lets go of what is no longer needed; the one thing services use.</summary>
public sealed partial class ImageUploads(ImageProcessor processor, IImageStore store, ILogger<ImageUploads> logger)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    /// <summary>Processes and stores one image.</summary>
    /// <param name="file">The upload.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="InvalidImageException">The file is not an acceptable image.</exception>
    /// <exception cref="DependencyUnavailableException">The image store does not answer.</exception>
    public async Task<StoredImage> SaveAsync(IFormFile file, CancellationToken ct) => (await SaveAllAsync([file], ct))[0];

    /// <summary>Processes all images and stores them only when each is acceptable: all or none.</summary>
    /// <param name="files">The uploads.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="InvalidImageException">A file is not an acceptable image.</exception>
    /// <exception cref="DependencyUnavailableException">The image store does not answer.</exception>
    public async Task<IReadOnlyList<StoredImage>> SaveAllAsync(IReadOnlyCollection<IFormFile> files, CancellationToken ct)
    {
        var images = await Task.WhenAll(files.Select(file => processor.ProcessAsync(file, ct)));
        var stored = new List<StoredImage>(images.Length);
        try
        {
            foreach (var image in images)
            {
                stored.Add(await store.SaveAsync(image, ct));
            }
        }
        catch
        {
            await DiscardAsync(stored.Select(image => image.FileId));
            throw;
        }

        return stored;
    }

    /// <summary>Deletes images that no document refers to (any more). Never fails: what cannot be deleted is an orphan, not an error of the request.</summary>
    /// <param name="fileIds">Their ids.</param>
    public async Task DiscardAsync(IEnumerable<string> fileIds)
    {
        // Not the request's token: a client that left must not leave files behind.
        using var patience = new CancellationTokenSource(Patience);
        foreach (var fileId in fileIds)
        {
            try
            {
                await store.DeleteAsync(fileId, patience.Token);
            }
            catch (Exception e) when (e is DependencyUnavailableException or IOException or UnauthorizedAccessException or OperationCanceledException)
            {
                LogOrphan(e, fileId);
            }
        }
    }

    [LoggerMessage(LogLevel.Warning, "Image {FileId} is not needed any more and could not be deleted")]
    private partial void LogOrphan(Exception e, string fileId);
}
