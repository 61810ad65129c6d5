using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Timeouts;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Export;

internal static partial class ExportEndpoints
{
    public static void MapExport(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/me/export").WithTags("Account").RequireAuthorization()
            .MapGet("", Export).WithSummary("Downloads all that is known of oneself")
            .RequireRateLimiting(RateLimits.Export)
            .WithMetadata(new RequestTimeoutAttribute(RequestTimeouts.Downloads))
            .Produces<Dictionary<string, JsonElement>>()
            .FailsWith(401, "unauthorized", "session_ended").FailsWith(403, "account_blocked").FailsWith(503, ProblemCodes.DependencyUnavailable, "busy");

    private static async Task<Results<FileStreamHttpResult, ProblemHttpResult>> Export(
        ClaimsPrincipal user,
        HttpRequest request,
        AccountStore accounts,
        SessionStore sessions,
        DataExport export,
        SecurityLog security,
        TimeProvider clock,
        ILogger<DataExport> logger,
        CancellationToken ct)
    {
        switch (await accounts.FindAsync(user.GetUserId(), ct))
        {
            case null:
                return MeEndpoints.Gone();

            case { Blocked: true }:
                return SessionAnswers.Blocked();

            case { } account:
                if (export.TryEnter() is not { } place)
                {
                    return Problems.Unavailable("busy", "Many people download their data right now. Please try again in a moment.");
                }

                request.HttpContext.Response.RegisterForDispose(place);
                try
                {
                    var day = clock.GetUtcNow().UtcDateTime.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
                    var data = await export.GatherAsync(account, user.FindSessionId(), ForwardedUser.TokenOf(request)!, ct);
                    security.Note(SecurityEvent.DataExported, account.Id.ToString());
                    return TypedResults.Stream(data, "application/json", $"visuels-{day}.json");
                }
                catch (ExportFailedException e)
                {
                    if (e.IsRefusal && !await GoesOnAsync(user, account, accounts, sessions, ct))
                    {
                        return Problems.Unauthorized("session_ended", "This session has ended. Please sign in again.");
                    }

                    LogFailed(logger, e.Service, e.InnerException!.GetType().Name);
                    return Problems.Unavailable(
                        ProblemCodes.DependencyUnavailable, $"What the {e.Service} service holds of you cannot be read right now, so nothing was exported. Please try again.");
                }
        }
    }

    // A session that ends in the middle is no outage: the others refuse what Auth itself let in a moment ago.
    private static async Task<bool> GoesOnAsync(
        ClaimsPrincipal user, Account account, AccountStore accounts, SessionStore sessions, CancellationToken ct) =>
        await accounts.FindAsync(account.Id, ct) is { } now
        && now.Generation == account.Generation
        && (user.FindSessionId() is not { } session || await sessions.FindAsync(session, ct) is { EndedAt: null });

    [LoggerMessage(LogLevel.Warning, "An export failed at {Service}: {Error}")]
    private static partial void LogFailed(ILogger logger, string service, string error);
}
