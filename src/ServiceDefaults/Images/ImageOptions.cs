using System.ComponentModel.DataAnnotations;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Images;

/// <summary>How images are kept. Section <c>Images</c>.</summary>
public sealed class ImageOptions
{
    /// <summary>Folder of images on the local disk; relative to the working directory. Default <c>data/images</c>.</summary>
    [Required]
    public string Folder { get; set; } = Path.Combine("data", "images");

    /// <summary>
    /// How long after an upload or a removal began an image is looked at that the request has not settled; longer than any request
    /// takes, since by then an image that no document shows is deleted.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan Doubt { get; set; } = TimeSpan.FromMinutes(15);
}

/// <summary>Images at ImageKit, which are used as soon as there is a private key. Section <c>ImageKit</c>.</summary>
public sealed class ImageKitOptions
{
    /// <summary>The account's private key.</summary>
    public string? PrivateKey { get; set; }

    /// <summary>The account's URL endpoint, for example <c>https://ik.imagekit.io/visuels</c>; no other URL is ever stored.</summary>
    public string? UrlEndpoint { get; set; }

    /// <summary>
    /// Folder of the account that holds this installation's files: letters, digits, <c>-</c> and <c>_</c>. Two installations on one account
    /// need one each, because files that no document shows are deleted.
    /// </summary>
    [Required, RegularExpression("[A-Za-z0-9_-]{1,50}")]
    public string Folder { get; set; } = "visuels";

    /// <summary>Where files are uploaded to.</summary>
    [Required, Url]
    public string UploadUrl { get; set; } = "https://upload.imagekit.io/api/v1/files/upload";

    /// <summary>Where files are managed.</summary>
    [Required, Url]
    public string FilesUrl { get; set; } = "https://api.imagekit.io/v1/files";

    /// <summary>How long one try may take.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:10")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>How long a call may take with its second try, from the first byte sent to the last byte read.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan TotalTimeout { get; set; } = TimeSpan.FromSeconds(12);
}

/// <summary>What a service's images are kept under, for example <c>products</c>.</summary>
/// <param name="Name">Name of the folder, and second segment of the path.</param>
internal sealed record ImageArea(string Name)
{
    /// <summary>Where the area lies on disk.</summary>
    public string FolderIn(ImageOptions options)
    {
        var folder = Path.GetFullPath(Path.Combine(options.Folder, Name));
        try
        {
            Directory.CreateDirectory(folder);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new StartupException($"Images:Folder: {folder} cannot be created: {e.Message}");
        }

        return folder;
    }
}
