using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Visuels.ServiceDefaults.Security;

/// <summary>Which services an endpoint lets in. Without it, none.</summary>
/// <param name="Names">Names of services, as in <see cref="TokenRules.Services"/>.</param>
public sealed record AllowedServices(IReadOnlyList<string> Names);

/// <summary>Endpoints for other services: each names its callers, and all others get 403.</summary>
public static class ServiceCallers
{
    /// <summary>Lets in the services that are named, each by its own 60-second token for this very call, and nobody else.</summary>
    /// <typeparam name="TBuilder">An endpoint or a group of them.</typeparam>
    /// <param name="endpoints">The endpoint or group.</param>
    /// <param name="services">Names of the callers.</param>
    public static TBuilder RequireServices<TBuilder>(this TBuilder endpoints, params string[] services)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(Policies.Service).WithMetadata(new AllowedServices(services));

    /// <summary>Lets in operators (role ADMIN) and the services that are named.</summary>
    /// <typeparam name="TBuilder">An endpoint or a group of them.</typeparam>
    /// <param name="endpoints">The endpoint or group.</param>
    /// <param name="services">Names of the callers.</param>
    public static TBuilder RequireAdminOrServices<TBuilder>(this TBuilder endpoints, params string[] services)
        where TBuilder : IEndpointConventionBuilder =>
        endpoints.RequireAuthorization(Policies.AdminOrService).WithMetadata(new AllowedServices(services));

    internal static bool IsAllowedService(AuthorizationHandlerContext context) =>
        context.Resource is HttpContext http
        && http.GetEndpoint()?.Metadata.GetMetadata<AllowedServices>() is { } allowed
        && context.User.Identities.Any(identity =>
            identity is { IsAuthenticated: true, AuthenticationType: Authentication.ServiceIdentityType }
            && identity.FindFirst(TokenRules.Subject) is { } caller
            && allowed.Names.Contains(caller.Issuer)
            && caller.Issuer == caller.Value);

    // A service's token may say what it likes of roles.
    internal static bool IsAdmin(AuthorizationHandlerContext context) =>
        context.User.Identities.Any(identity =>
            identity is { IsAuthenticated: true, AuthenticationType: not Authentication.ServiceIdentityType }
            && identity.HasClaim(TokenRules.Role, Roles.Admin));
}
