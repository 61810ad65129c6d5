using System.Globalization;
using System.Threading.RateLimiting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>
/// Requests per caller and route group; a caller is the user, or the network (an IPv4 address, a /64 of IPv6) when nobody is signed in and
/// at sign-up, sign-in, codes and resend. Applied by
/// <c>RequireRateLimiting(RateLimits.SignIn)</c>. Each number can be set as <c>RateLimiting:sign-in</c> and so on;
/// <c>RateLimiting:Scale</c> multiplies all of them (20 in Development, 1 elsewhere), <c>RateLimiting:Enabled=false</c> lifts
/// them outside Production.
/// </summary>
public static class RateLimits
{
    /// <summary>Sign-up: 5 an hour.</summary>
    public const string SignUp = "sign-up";

    /// <summary>Sign-in and changing the password: 30 a minute; guessing is slowed down by account as well.</summary>
    public const string SignIn = "sign-in";

    /// <summary>Checking a one-time code: 10 a minute.</summary>
    public const string Codes = "codes";

    /// <summary>Asking for another one-time code: 20 an hour.</summary>
    public const string Resend = "resend";

    /// <summary>Renewing a session: 60 a minute.</summary>
    public const string Refresh = "refresh";

    /// <summary>Searching: 60 a minute.</summary>
    public const string Search = "search";

    /// <summary>Uploading: 20 an hour.</summary>
    public const string Upload = "upload";

    /// <summary>Placing orders: 30 a minute.</summary>
    public const string Order = "order";

    /// <summary>Sending messages: 10 a second.</summary>
    public const string Message = "message";

    /// <summary>Reporting a person or a message: 20 an hour.</summary>
    public const string Report = "report";

    /// <summary>Asking for all of one's data: 5 an hour.</summary>
    public const string Export = "export";

    /// <summary>Everything else that writes: 120 a minute.</summary>
    public const string Write = "write";

    private static readonly (string Name, int Permits, TimeSpan Window)[] Defaults =
    [
        (SignUp, 5, TimeSpan.FromHours(1)),
        (SignIn, 30, TimeSpan.FromMinutes(1)),
        (Codes, 10, TimeSpan.FromMinutes(1)),
        (Resend, 20, TimeSpan.FromHours(1)),
        (Refresh, 60, TimeSpan.FromMinutes(1)),
        (Search, 60, TimeSpan.FromMinutes(1)),
        (Upload, 20, TimeSpan.FromHours(1)),
        (Order, 30, TimeSpan.FromMinutes(1)),
        (Message, 10, TimeSpan.FromSeconds(1)),
        (Report, 20, TimeSpan.FromHours(1)),
        (Export, 5, TimeSpan.FromHours(1)),
        (Write, 120, TimeSpan.FromMinutes(1)),
    ];

    /// <summary>What a limit allows in its window, or null where limits are lifted; for calls that are no requests, such as a hub's.</summary>
    /// <param name="name">One of the names above.</param>
    /// <param name="configuration">The configuration.</param>
    /// <param name="environment">Production never lifts limits.</param>
    /// <exception cref="StartupException">The configured number is below 1.</exception>
    public static int? PermitsOf(string name, IConfiguration configuration, IHostEnvironment environment)
    {
        var section = configuration.GetSection("RateLimiting");
        if (!section.GetValue("Enabled", true) && !environment.IsProduction())
        {
            return null;
        }

        var permits = Array.Find(Defaults, limit => limit.Name == name).Permits;
        var allowed = section.GetValue(name, permits) * section.GetValue("Scale", environment.IsDevelopment() ? 20 : 1);
        return allowed >= 1 ? allowed : throw new StartupException($"RateLimiting:{name} and RateLimiting:Scale must be at least 1.");
    }

    internal static void AddRateLimits(this IServiceCollection services, IConfiguration configuration, IHostEnvironment environment)
    {
        // Read now, so that a number below 1 stops the start.
        var limits = Defaults.Select(limit => (limit.Name, limit.Window, Permits: PermitsOf(limit.Name, configuration, environment))).ToList();
        services.AddRateLimiter(options =>
        {
            options.RejectionStatusCode = StatusCodes.Status429TooManyRequests;
            options.OnRejected = Reject;
            foreach (var limit in limits)
            {
                options.AddPolicy(limit.Name, context => limit.Permits is { } permits
                    ? RateLimitPartition.GetSlidingWindowLimiter(CallerOf(context, limit.Name), _ => new SlidingWindowRateLimiterOptions
                    {
                        PermitLimit = permits,
                        Window = limit.Window,
                        SegmentsPerWindow = 6,
                        QueueLimit = 0,
                    })
                    : RateLimitPartition.GetNoLimiter("off"));
            }
        });
    }

    // At the door a token is no excuse: whoever has a hundred accounts would have a hundred times the tries.
    private static string CallerOf(HttpContext context, string limit) =>
        (limit is SignUp or SignIn or Codes or Resend ? null : context.User.FindUserId()?.ToString()) ?? Networks.Of(context.Connection.RemoteIpAddress);

    private static async ValueTask Reject(OnRejectedContext context, CancellationToken ct)
    {
        var wait = context.Lease.TryGetMetadata(MetadataName.RetryAfter, out var after) ? after : TimeSpan.FromSeconds(10);
        context.HttpContext.Response.Headers.RetryAfter = Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture);
        await Problems.TooMany("rate_limited", ProblemCodes.MessageFor(StatusCodes.Status429TooManyRequests)).ExecuteAsync(context.HttpContext);
    }
}
