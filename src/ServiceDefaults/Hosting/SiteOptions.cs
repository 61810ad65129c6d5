using System.ComponentModel.DataAnnotations;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>Where the marketplace is seen from outside. Bound from the configuration's root.</summary>
public sealed class SiteOptions
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
}
