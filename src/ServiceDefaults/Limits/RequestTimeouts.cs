using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>Ends requests that take too long. Hubs are exempt; so is the Gateway, which bounds what it forwards itself.</summary>
public static class RequestTimeouts
{
    /// <summary>Policy of routes by which a service gives out all that it holds of a user: as long as uploads.</summary>
    public const string Exports = "exports";

    /// <summary>Policy of routes that people download much from.</summary>
    public const string Downloads = "downloads";

    /// <summary>Policy of routes that take images.</summary>
    public const string Uploads = "uploads";

    internal static void AddBoundedRequests(this IServiceCollection services)
    {
        services.AddRequestTimeouts();
        services.AddOptions<RequestTimeoutOptions>().Configure<IOptions<RequestOptions>>((timeouts, requests) =>
        {
            timeouts.DefaultPolicy = Policy(requests.Value.Timeout);
            timeouts.AddPolicy(Uploads, Policy(requests.Value.UploadTimeout));
            timeouts.AddPolicy(Exports, Policy(requests.Value.UploadTimeout));
            timeouts.AddPolicy(Downloads, Policy(requests.Value.DownloadTimeout));
        });
    }

    private static RequestTimeoutPolicy Policy(TimeSpan timeout) => new()
    {
        Timeout = timeout,
        TimeoutStatusCode = StatusCodes.Status503ServiceUnavailable,
        WriteTimeoutResponse = context => Problems
            .Unavailable(ProblemCodes.DependencyUnavailable, "This took too long; please try again.")
            .ExecuteAsync(context),
    };
}
