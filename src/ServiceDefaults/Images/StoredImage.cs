using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Images;

/// <summary>An image as a document keeps it.</summary>
/// <param name="FileId">Its id in the image store.</param>
/// <param name="Url">Absolute URL, or the path under <see cref="SiteOptions.PublicUrl"/> when it lies on disk.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Placeholder">A few blurred pixels as a <c>data:</c> URI, to show until the image is there.</param>
/// <param name="Color">Dominant colour, <c>#rrggbb</c>.</param>
public sealed record StoredImage(string FileId, string Url, int Width, int Height, string Placeholder, string Color)
{
    /// <summary>The name it was stored under: the end of its URL.</summary>
    internal string Name => Url[(Url.LastIndexOf('/') + 1)..];

    /// <summary>The image as clients see it.</summary>
    /// <param name="site">Where the marketplace is seen from outside.</param>
    /// <param name="isPrimary">Whether it is the first of its kind.</param>
    public ImageResponse ToResponse(SiteOptions site, bool isPrimary = true) =>
        new(FileId, site.Absolute(Url), isPrimary, Width, Height, Placeholder, Color);
}

/// <summary>An image as clients see it.</summary>
/// <param name="FileId">Its id in the image store.</param>
/// <param name="Url">Absolute URL.</param>
/// <param name="IsPrimary">Whether it stands for all images of its owner.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Placeholder">A few blurred pixels as a <c>data:</c> URI.</param>
/// <param name="Color">Dominant colour, <c>#rrggbb</c>.</param>
public sealed record ImageResponse(string FileId, string Url, bool IsPrimary, int Width, int Height, string Placeholder, string Color);
