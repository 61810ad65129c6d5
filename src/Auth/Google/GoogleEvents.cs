using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Google;

/// <summary>The end of the way to Google and back: always a page of the storefront, signed in or with an error.</summary>
internal sealed partial class GoogleEvents(
    GoogleSignIn google, GoogleFlows flows, SessionAnswers answers, SecurityLog security, IOptions<SiteOptions> site, ILogger<GoogleEvents> logger) : OAuthEvents
{
    public override async Task TicketReceived(TicketReceivedContext context)
    {
        context.HandleResponse();
        var ct = context.HttpContext.RequestAborted;
        try
        {
            var intent = GoogleIntent.From(context.Properties);
            var (account, error) = GoogleUser.From(context.Principal) is { } user && await flows.TryEndAsync(intent.Flow, ct)
                ? await google.EnterAsync(user, intent, ct)
                : (null, GoogleErrors.Failed);
            if (account is not null)
            {
                var ticket = await answers.StartWithCookiesAsync(context.Response, account, ct);
                // Behind the number sign it reaches the page and nobody's log.
                context.Response.Redirect(ticket is null ? site.Value.FrontendUrl : $"{ErrorPage(site.Value, GoogleErrors.SecondFactor)}#ticket={ticket}");
                return;
            }

            security.Note(SecurityEvent.SignInFailed, "google", error!);
            context.Response.Redirect(ErrorPage(site.Value, error!));
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            LogFailed(e.GetType().Name);
            context.Response.Redirect(ErrorPage(site.Value, GoogleErrors.Failed));
        }
    }

    public override Task AccessDenied(AccessDeniedContext context)
    {
        context.HandleResponse();
        context.Response.Redirect(ErrorPage(site.Value, GoogleErrors.Cancelled));
        return Task.CompletedTask;
    }

    public override Task RemoteFailure(RemoteFailureContext context)
    {
        LogFailed(context.Failure?.GetType().Name ?? "unknown");
        security.Note(SecurityEvent.SignInFailed, "google", GoogleErrors.Failed);
        context.HandleResponse();
        context.Response.Redirect(ErrorPage(site.Value, GoogleErrors.Failed));
        return Task.CompletedTask;
    }

    public static string ErrorPage(SiteOptions site, string error) =>
        $"{site.FrontendUrl.TrimEnd('/')}/auth/signin?error={Uri.EscapeDataString(error)}";

    [LoggerMessage(LogLevel.Warning, "Sign-in by Google failed: {Reason}")]
    private partial void LogFailed(string reason);
}
