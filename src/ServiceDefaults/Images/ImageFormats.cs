using System.Net.Mime;

namespace Visuels.ServiceDefaults.Images;

internal enum ImageFormat
{
    Unknown,
    Jpeg,
    Png,
    Webp,
}

internal static class ImageFormats
{
    /// <summary>The format by the first bytes; a file's name and declared type mean nothing.</summary>
    public static ImageFormat Of(ReadOnlySpan<byte> bytes) => bytes switch
    {
        [0xFF, 0xD8, 0xFF, ..] => ImageFormat.Jpeg,
        [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A, ..] => ImageFormat.Png,
        [(byte)'R', (byte)'I', (byte)'F', (byte)'F', _, _, _, _, (byte)'W', (byte)'E', (byte)'B', (byte)'P', ..] => ImageFormat.Webp,
        _ => ImageFormat.Unknown,
    };

    /// <summary>The media type of what the processor writes.</summary>
    public static string MediaType(string extension) => extension == "jpg" ? MediaTypeNames.Image.Jpeg : MediaTypeNames.Image.Webp;
}
