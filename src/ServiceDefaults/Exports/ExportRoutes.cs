using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Exports;

/// <summary>Knows what a service holds of a user, for that user's own download.</summary>
public interface IExportsUsers
{
    /// <summary>
    /// What is written as JSON. Members that grow with use are <see cref="IAsyncEnumerable{T}"/>, read page by page while they are written, so that
    /// memory stays bounded. Of other people it tells what the user sees anyway, and no addresses.
    /// </summary>
    /// <param name="user">Whose data.</param>
    /// <param name="ct">Ends the reading.</param>
    object Export(ObjectId user, CancellationToken ct);
}

/// <summary>The route by which Auth collects what a service holds of a user.</summary>
public static class ExportRoutes
{
    /// <summary>Last segment of the route.</summary>
    public const string Path = "/export";

    /// <summary>
    /// Maps GET <c>{group}/export</c>: only Auth may call it, and only with the user's own access token beside its own
    /// (<see cref="ForwardedUser"/>): a service that is taken over gets nobody's data without them. An answer that ends early ends its connection.
    /// </summary>
    /// <typeparam name="TSource">Knows the data; must be registered.</typeparam>
    /// <param name="app">The service.</param>
    /// <param name="group">Path of the service's internal routes.</param>
    public static void MapExport<TSource>(this IEndpointRouteBuilder app, string group)
        where TSource : IExportsUsers =>
        app.MapGroup(group).RequireServices("auth").WithMetadata(new ActsForUser(), new RequestTimeoutAttribute(RequestTimeouts.Exports)).ExcludeFromDescription()
            .MapGet(Path, async (HttpContext http, CancellationToken ct) =>
                (await http.AuthenticateAsync(Authentication.UserScheme)).Principal?.FindUserId() is { } user
                    ? Results.Ok(http.RequestServices.GetRequiredService<TSource>().Export(user, ct))
                    : Problems.Unauthorized("unauthorized", "The user's own token is missing, or not good."));
}
