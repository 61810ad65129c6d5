using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Visuels.Testing;

/// <summary>There is no fallback policy, so every endpoint must say for itself who may call it.</summary>
public static class AuthorizationWalk
{
    /// <summary>The endpoints that neither require nor waive authorization; a test expects none.</summary>
    public static IReadOnlyList<string> Undecided(WebApplication app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints
            .Where(endpoint => endpoint.Metadata.GetMetadata<IAuthorizeData>() is null
                && endpoint.Metadata.GetMetadata<AuthorizationPolicy>() is null
                && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null)
            .Select(endpoint => endpoint.DisplayName ?? "?"),
    ];
}
