using Microsoft.AspNetCore.Builder;
using Visuels.Auth;
using Visuels.Chat;
using Visuels.Gateway;
using Visuels.Jobs;
using Visuels.Orders;
using Visuels.Products;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.AllInOne;

/// <summary>A service, and how it is built.</summary>
internal sealed record Part(ServiceIdentity Identity, Func<string[], Action<WebApplicationBuilder>?, WebApplication> Build);

/// <summary>What the marketplace consists of.</summary>
internal static class Parts
{
    public static readonly Part Gateway = new(GatewayService.Identity, GatewayService.Build);

    /// <summary>All but the Gateway, by port.</summary>
    public static readonly IReadOnlyList<Part> Services =
    [
        new(AuthService.Identity, AuthService.Build),
        new(ProductService.Identity, ProductService.Build),
        new(OrderService.Identity, OrderService.Build),
        new(ChatService.Identity, ChatService.Build),
        new(JobsService.Identity, JobsService.Build),
    ];
}
