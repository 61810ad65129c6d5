using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.Google;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Google;

internal static class GoogleEndpoints
{
    public static void MapGoogle(this WebApplication app)
    {
        var isConfigured = app.Configuration.HasGoogle();
        var google = app.MapGroup("/api/v1/auth/google").WithTags("Google").AllowAnonymous().RequireRateLimiting(RateLimits.SignIn);
        google.MapGet("", (string? mode, string? role, ClaimsPrincipal user, IOptions<SiteOptions> site, TimeProvider clock) =>
            Leave(GoogleIntent.Begin(mode, role, user.FindSessionId(), clock.GetUtcNow()), isConfigured, site.Value))
            .WithSummary("Goes to Google and comes back to the storefront, signed in")
            .Produces(302).FailsWith(503, "google_not_configured");
        if (!isConfigured)
        {
            // Configured, the handler answers this path before any endpoint does.
            google.MapGet("/callback", NotConfigured).ExcludeFromDescription();
        }
    }

    // A browser comes here by a link, and leaves for Google without a call of ours in between.
    private static Results<ChallengeHttpResult, RedirectHttpResult, ProblemHttpResult> Leave(GoogleIntent intent, bool isConfigured, SiteOptions site) =>
        intent switch
        {
            { Mode: not (GoogleIntent.SignIn or GoogleIntent.SignUp) } => Problems.InvalidQuery("Mode is required and must be 'signup' or 'signin'"),
            _ when !isConfigured => NotConfigured(),
            { IsSignUp: true, HasRole: false } => TypedResults.Redirect(GoogleEvents.ErrorPage(site, GoogleErrors.Role)),
            _ => TypedResults.Challenge(intent.ToProperties(), [GoogleDefaults.AuthenticationScheme]),
        };

    private static ProblemHttpResult NotConfigured() =>
        Problems.Unavailable("google_not_configured", "Sign-in by Google is not set up on this server.");
}
