using System.ComponentModel.DataAnnotations;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>Where the marketplace is seen from outside. Bound from the configuration's root.</summary>
public sealed class SiteOptions : IValidatableObject
{
    /// <summary>Origin of the Gateway, in front of links and images; no trailing slash. Default <c>http://localhost:4000</c>.</summary>
    [Required, Url]
    public string PublicUrl { get; set; } = "http://localhost:4000";

    /// <summary>Origin of the storefront: allowed by CORS and CSRF defence, target of redirects and of links in mails. Default <c>http://localhost:3000</c>.</summary>
    [Required, Url]
    public string FrontendUrl { get; set; } = "http://localhost:3000";

    /// <summary>An absolute URL for a path that is stored without its host, for example <c>/images/ab.webp</c>. Absolute URLs are returned as they are.</summary>
    /// <param name="path">A path that begins with a slash, or an absolute URL.</param>
    public string Absolute(string path) =>
        path.StartsWith('/') ? PublicUrl.TrimEnd('/') + path : path;

    /// <inheritdoc />
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (name, value) in new[] { (nameof(PublicUrl), PublicUrl), (nameof(FrontendUrl), FrontendUrl) })
        {
            // CORS and cookies go by these: one site each, and never any site.
            if (!Uri.TryCreate(value, UriKind.Absolute, out var uri) || uri.HostNameType == UriHostNameType.Unknown || uri.Host.Contains('*', StringComparison.Ordinal)
                || uri.UserInfo.Length > 0)
            {
                yield return new ValidationResult($"{name} must be the URL of one site, such as https://www.example.com.");
            }
        }
    }
}
