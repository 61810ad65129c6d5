using Microsoft.AspNetCore.Builder;

namespace Visuels.ServiceDefaults.OpenApi;

/// <summary>Statuses of 400 and above that a route's own code answers, for its OpenAPI document.</summary>
/// <param name="Status">HTTP status, 400 to 599.</param>
/// <param name="Codes">The problem codes that come with it; none means the usual code of the status.</param>
/// <param name="Answer">The answer's type, where a code comes with members of its own.</param>
public sealed record Failure(int Status, IReadOnlyList<string> Codes, Type? Answer = null);

/// <summary>Says what a route can fail with.</summary>
public static class FailureRoutes
{
    /// <summary>
    /// The route's code answers this status. What every route of its kind answers needs no saying: 400 for a body or parameter that
    /// breaks a rule, 401 and 403 for callers who may not, 408, 413 and 415 for bodies, 429 where a rate limit is set, 503.
    /// </summary>
    /// <param name="route">A route or a group of them.</param>
    /// <param name="status">HTTP status, 400 to 599.</param>
    /// <param name="codes">The problem codes that come with it; none means the usual code of the status.</param>
    public static T FailsWith<T>(this T route, int status, params string[] codes)
        where T : IEndpointConventionBuilder => route.FailsWith(new Failure(status, codes));

    /// <summary>The same with an answer of its own.</summary>
    /// <param name="route">A route or a group of them.</param>
    /// <param name="failure">Status, codes and the type of the answer.</param>
    public static T FailsWith<T>(this T route, Failure failure)
        where T : IEndpointConventionBuilder
    {
        route.Add(endpoint => endpoint.Metadata.Add(failure));
        return route;
    }
}
