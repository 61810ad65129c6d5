using Microsoft.AspNetCore.Http;
using NetVips;

namespace Visuels.ServiceDefaults.Images;

/// <summary>
/// Makes an uploaded file safe and small: decodes it by its content, applies its orientation, converts it to sRGB, drops all metadata and
/// encodes it anew. At most one image per core is worked on at a time.
/// </summary>
public sealed class ImageProcessor : IDisposable
{
    private const int Quality = 86;
    private const int PlaceholderSide = 16;
    private const string Interlaced = "interlaced";

    private readonly SemaphoreSlim _cores = new(Environment.ProcessorCount);

    /// <summary>Narrows libvips to the three formats.</summary>
    public ImageProcessor() => Vips.Narrow();

    /// <summary>Processes an upload.</summary>
    /// <param name="file">The upload.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="InvalidImageException">The file is not an acceptable image; the message says why.</exception>
    public async Task<ProcessedImage> ProcessAsync(IFormFile file, CancellationToken ct)
    {
        if (file.Length is 0 or > ImageRules.FileBytes)
        {
            throw new InvalidImageException("Each image must have between 1 byte and 5 MB.");
        }

        // The form has been read in full, so Length is what was counted, not what the client declared.
        var bytes = new byte[file.Length];
        await using (var stream = file.OpenReadStream())
        {
            await stream.ReadExactlyAsync(bytes, ct);
        }

        return await ProcessAsync(bytes, ct);
    }

    /// <summary>Processes the bytes of a file.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="ct">Ends the wait for a free core.</param>
    /// <exception cref="InvalidImageException">The file is not an acceptable image; the message says why.</exception>
    public async Task<ProcessedImage> ProcessAsync(byte[] bytes, CancellationToken ct)
    {
        await _cores.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Process(bytes), ct);
        }
        finally
        {
            _cores.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _cores.Dispose();

    private static ProcessedImage Process(byte[] bytes)
    {
        try
        {
            using var upload = Open(bytes);
            CheckSize(upload);
            using var decoded = Decode(upload);
            using var image = WithoutEmptyAlpha(decoded);
            var (encoded, extension) = Encode(image);
            using var tiny = image.ThumbnailImage(PlaceholderSide, height: PlaceholderSide);
            var placeholder = "data:image/webp;base64," + Convert.ToBase64String(tiny.WebpsaveBuffer(q: 40, effort: 4, keep: Enums.ForeignKeep.None));
            return new ProcessedImage(encoded, extension, image.Width, image.Height, placeholder, DominantColor.Of(image));
        }
        catch (VipsException e)
        {
            throw new InvalidImageException("The image is damaged.", e);
        }
    }

    // Reads the header only; pixels are decoded on demand, and what is damaged or cut off is then an error.
    private static Image Open(byte[] bytes) => ImageFormats.Of(bytes) switch
    {
        ImageFormat.Jpeg => Image.JpegloadBuffer(bytes, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        ImageFormat.Png => Image.PngloadBuffer(bytes, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        ImageFormat.Webp => Image.WebploadBuffer(bytes, access: Enums.Access.Sequential, failOn: Enums.FailOn.Error),
        _ => throw new InvalidImageException("Only JPEG, PNG and WebP images are accepted."),
    };

    private static void CheckSize(Image header)
    {
        if (header.Width > ImageRules.Side || header.Height > ImageRules.Side || (long)header.Width * header.Height > ImageRules.Pixels)
        {
            throw new InvalidImageException("An image may have at most 40 megapixels and 12,000 pixels a side.");
        }

        // Only the rows at hand are held of all others.
        var sample = header.Format is Enums.BandFormat.Uchar ? 1 : 2;
        if (header.Contains(Interlaced) && (long)header.Width * header.Height * header.Bands * sample > ImageRules.InterlacedBytes)
        {
            throw new InvalidImageException("This image is too large to be interlaced. Please save it without interlacing.");
        }
    }

    private static Image Decode(Image upload)
    {
        using var scaled = upload.ThumbnailImage(
            ImageRules.StoredSide, height: ImageRules.StoredSide, size: Enums.Size.Down, outputProfile: "srgb");
        using var srgb = scaled.Colourspace(Enums.Interpretation.Srgb);
        return srgb.CopyMemory();
    }

    private static Image WithoutEmptyAlpha(Image image)
    {
        if (!image.HasAlpha())
        {
            return image.Copy();
        }

        using var alpha = image[image.Bands - 1];
        return alpha.Min() < byte.MaxValue ? image.Copy() : image.ExtractBand(0, n: image.Bands - 1);
    }

    // JPEG is shown everywhere, mail programs included; only transparency needs the other.
    private static (byte[] Bytes, string Extension) Encode(Image image) => image.HasAlpha()
        ? (image.WebpsaveBuffer(q: Quality, effort: 4, keep: Enums.ForeignKeep.None), "webp")
        : (image.JpegsaveBuffer(q: Quality, optimizeCoding: true, interlace: true, keep: Enums.ForeignKeep.None), "jpg");
}

/// <summary>An uploaded file is not an acceptable image.</summary>
/// <param name="message">Why, for the person who uploaded it.</param>
/// <param name="inner">What libvips said.</param>
public sealed class InvalidImageException(string message, Exception? inner = null) : Exception(message, inner);
