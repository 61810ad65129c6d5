namespace Visuels.ServiceDefaults.Images;

/// <summary>Bounds on images: checked before pixels are decoded.</summary>
public static class ImageRules
{
    /// <summary>Largest file, bytes.</summary>
    public const int FileBytes = 5 * 1024 * 1024;

    /// <summary>Largest side of an upload, pixels.</summary>
    public const int Side = 12_000;

    /// <summary>Largest area of an upload, pixels.</summary>
    public const long Pixels = 40_000_000;

    /// <summary>Largest size once decoded, bytes, of an upload that cannot be read row by row: an interlaced PNG, a progressive JPEG.</summary>
    public const long InterlacedBytes = 128L * 1024 * 1024;

    /// <summary>Longest side of what is stored, pixels.</summary>
    public const int StoredSide = 2_400;

    /// <summary>Largest body of a request with so many images, bytes: the files, their headers and some text fields.</summary>
    /// <param name="images">Number of images.</param>
    public static long BodyBytes(int images) => ((long)images * FileBytes) + (256 * 1024);
}
