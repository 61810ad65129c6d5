using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Images;

/// <summary>
/// Takes uploads in and lets go of what is no longer needed; the one thing services use. Around the write of the document that shows the
/// images: <see cref="SaveAllAsync"/>, write, <see cref="KeepAsync"/>; or <see cref="DoubtAsync"/>, write, <see cref="DiscardAsync"/>.
/// Wherever that is cut off, <see cref="ImageOptions.Doubt"/> later a sweep keeps what is shown and deletes the rest.
/// </summary>
public sealed class ImageUploads
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ImageProcessor _processor;
    private readonly IImageStore _store;
    private readonly DoubtfulImages _doubtful;
    private readonly ImageClearing _clearing;
    private readonly IOptions<ImageOptions> _options;
    private readonly TimeProvider _clock;

    internal ImageUploads(
        ImageProcessor processor, IImageStore store, DoubtfulImages doubtful, ImageClearing clearing, IOptions<ImageOptions> options, TimeProvider clock) =>
        (_processor, _store, _doubtful, _clearing, _options, _clock) = (processor, store, doubtful, clearing, options, clock);

    /// <summary>Processes all images and stores them only when each is acceptable: all or none.</summary>
    /// <param name="files">The uploads.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="InvalidImageException">A file is not an acceptable image.</exception>
    /// <exception cref="DependencyUnavailableException">The image store does not answer.</exception>
    public async Task<IReadOnlyList<StoredImage>> SaveAllAsync(IReadOnlyCollection<IFormFile> files, CancellationToken ct)
    {
        if (files.Count == 0)
        {
            return [];
        }

        var images = await Task.WhenAll(files.Select(file => _processor.ProcessAsync(file, ct)));
        var named = images.Select(image => (Image: image, Name: ImageNames.New(image))).ToList();
        await _doubtful.AddAsync(named.Select(image => Doubtful(image.Name, null)), ct);
        CrashPoints.Reached(CrashPoints.ImagesAnnounced);

        var saving = named.Select(image => _store.SaveAsync(image.Image, image.Name, ct)).ToList();
        try
        {
            var stored = await Task.WhenAll(saving);
            CrashPoints.Reached(CrashPoints.ImagesStored);
            return stored;
        }
        catch
        {
            // Those without an answer may be there or come yet: their rows know them.
            await DiscardAsync([.. saving.Where(one => one.IsCompletedSuccessfully).Select(one => one.Result)]);
            throw;
        }
    }

    /// <summary>A document shows these images now. Never fails.</summary>
    /// <param name="images">What <see cref="SaveAllAsync"/> returned.</param>
    public async Task KeepAsync(IReadOnlyCollection<StoredImage> images)
    {
        if (images.Count > 0)
        {
            CrashPoints.Reached(CrashPoints.ImagesShown);
        }

        using var patience = new CancellationTokenSource(Patience);
        await _clearing.ForgetAsync([.. images.Select(image => image.Name)], patience.Token);
    }

    /// <summary>The next write may take these images out of the only document that shows them.</summary>
    /// <param name="images">The images.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task DoubtAsync(IReadOnlyCollection<StoredImage> images, CancellationToken ct)
    {
        if (images.Count > 0)
        {
            await _doubtful.AddAsync(images.Select(image => Doubtful(image.Name, image.FileId)), ct);
        }
    }

    /// <summary>Deletes images unless a document shows them. Never fails: what cannot be deleted now is deleted later.</summary>
    /// <param name="images">Images that were announced by <see cref="SaveAllAsync"/> or <see cref="DoubtAsync"/>.</param>
    public async Task DiscardAsync(IReadOnlyCollection<StoredImage> images)
    {
        if (images.Count == 0)
        {
            return;
        }

        CrashPoints.Reached(CrashPoints.ImagesLetGo);
        // Not the request's token: a client that left must not leave files behind.
        using var patience = new CancellationTokenSource(Patience);
        await _clearing.SettleAsync(images.Select(image => Doubtful(image.Name, image.FileId)), patience.Token);
    }

    private DoubtfulImage Doubtful(string name, string? fileId) =>
        new() { Id = name, FileId = fileId, DueAt = _clock.GetUtcNow() + _options.Value.Doubt };
}
