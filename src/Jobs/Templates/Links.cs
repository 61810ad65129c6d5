using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Jobs.Templates;

/// <summary>Pages of the storefront.</summary>
internal static class Links
{
    public static string Home(SiteOptions site) => At(site, "/");

    public static string SignIn(SiteOptions site) => At(site, "/auth/signin");

    public static string BuyersOrders(SiteOptions site) => At(site, "/user/orders");

    public static string ArtistsOrders(SiteOptions site) => At(site, "/artist/orders");

    private static string At(SiteOptions site, string path) => site.FrontendUrl.TrimEnd('/') + path;
}
