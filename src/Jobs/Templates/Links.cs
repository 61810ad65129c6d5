using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Jobs.Templates;

/// <summary>Pages of the storefront, and one of ours.</summary>
internal static class Links
{
    public static string Home(SiteOptions site) => At(site, "/");

    public static string SignIn(SiteOptions site) => At(site, "/auth/signin");

    /// <summary>A page of Auth's, through the Gateway: it changes nothing before its reader says so.</summary>
    public static string UndoEmail(SiteOptions site, string token) => site.Absolute($"/api/v1/auth/email/undo?token={token}");

    public static string BuyersOrders(SiteOptions site) => At(site, "/user/orders");

    public static string ArtistsOrders(SiteOptions site) => At(site, "/artist/orders");

    private static string At(SiteOptions site, string path) => site.FrontendUrl.TrimEnd('/') + path;
}
