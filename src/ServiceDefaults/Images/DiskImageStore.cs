using System.Buffers;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Images as files of <c>Images:Folder</c>.</summary>
internal sealed class DiskImageStore(ImageArea area, IOptions<ImageOptions> options) : IImageStore
{
    private const int NameDigits = 32;
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly string _folder = area.FolderIn(options.Value);

    public async Task<StoredImage> SaveAsync(ProcessedImage image, CancellationToken ct)
    {
        var fileId = $"{RandomNumberGenerator.GetHexString(NameDigits, lowercase: true)}.{image.Extension}";
        var path = Path.Combine(_folder, fileId);
        var unfinished = path + ".tmp";
        try
        {
            await using (var file = new FileStream(unfinished, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                await file.WriteAsync(image.Bytes, ct);
                // A document will refer to it, and survive a power failure.
                file.Flush(flushToDisk: true);
            }

            File.Move(unfinished, path);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }

        return new StoredImage(fileId, $"{ImageEndpoints.Root}/{area.Name}/{fileId}", image.Width, image.Height, image.Placeholder, image.Color);
    }

    public Task DeleteAsync(string fileId, CancellationToken ct)
    {
        if (PathOf(fileId) is { } path)
        {
            File.Delete(path);
        }

        return Task.CompletedTask;
    }

    /// <summary>Full path of an image, or null when no image can have this name: a name from outside never reaches the file system.</summary>
    public string? PathOf(string name) =>
        name.Length > NameDigits
        && name.AsSpan(0, NameDigits).IndexOfAnyExcept(Digits) < 0
        && name[NameDigits..] is ".jpg" or ".webp"
            ? Path.Combine(_folder, name)
            : null;
}
