using System.Runtime.CompilerServices;
using Microsoft.Extensions.Options;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Images as files of <c>Images:Folder</c>.</summary>
internal sealed class DiskImageStore(ImageArea area, IOptions<ImageOptions> options) : IImageStore
{
    private const string Unfinished = ".tmp";

    private readonly string _folder = area.FolderIn(options.Value);

    public async Task<StoredImage> SaveAsync(ProcessedImage image, string name, CancellationToken ct)
    {
        var path = Path.Combine(_folder, name);
        var unfinished = path + Unfinished;
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.Create, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(image.Bytes, ct);
                // A document will refer to it, and survive a power failure.
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        return new StoredImage(name, $"{ImageEndpoints.Root}/{area.Name}/{name}", image.Width, image.Height, image.Placeholder, image.Color);
    }

    public Task DeleteAsync(string fileId, CancellationToken ct)
    {
        if (PathOf(fileId) is { } path)
        {
            File.Delete(path);
            // Left by a process that ended amid the write.
            File.Delete(path + Unfinished);
        }

        return Task.CompletedTask;
    }

    public Task<string?> FindAsync(string name, CancellationToken ct) =>
        Task.FromResult(PathOf(name) is { } path && (File.Exists(path) || File.Exists(path + Unfinished)) ? name : null);

    public async IAsyncEnumerable<ImageFile> ListAsync(DateTimeOffset before, [EnumeratorCancellation] CancellationToken ct)
    {
        // Off the caller's thread: the folder may hold a hundred thousand files.
        var files = await Task.Run(
            () => new DirectoryInfo(_folder).EnumerateFiles()
                .Where(file => ImageNames.IsName(file.Name) && file.LastWriteTimeUtc < before)
                .Select(file => new ImageFile(file.Name, file.Name, file.LastWriteTimeUtc))
                .OrderBy(file => file.StoredAt)
                .ToList(),
            ct);
        foreach (var file in files)
        {
            yield return file;
        }
    }

    /// <summary>Full path of an image, or null when no image can have this name: a name from outside never reaches the file system.</summary>
    public string? PathOf(string name) => ImageNames.IsName(name) ? Path.Combine(_folder, name) : null;
}
