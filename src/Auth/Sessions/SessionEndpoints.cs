using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Keys;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

internal static class SessionEndpoints
{
    private const string KeysMayBeCached = "public, max-age=300";

    public static void MapSessions(this IEndpointRouteBuilder app)
    {
        var sessions = app.MapGroup("/api/v1/auth").WithTags("Sessions").AllowAnonymous();
        sessions.MapPost("/refresh", Refresh).WithSummary("Exchanges a refresh token for the next one")
            .RequireRateLimiting(RateLimits.Refresh).FailsWith(401, "session_ended");
        sessions.MapPost("/signout", SignOut).WithSummary("Ends this session").RequireRateLimiting(RateLimits.Write).FailsWith(401);

        var devices = app.MapGroup("/api/v1/auth/sessions").WithTags("Sessions").RequireAuthorization();
        devices.MapGet("", List).WithSummary("Lists one's own sessions").FailsWith(401, "session_ended");
        devices.MapDelete("", EndOthers).WithSummary("Ends all of one's sessions but this one")
            .RequireRateLimiting(RateLimits.Write).FailsWith(401, "session_ended");
        devices.MapDelete("/{id}", End).WithSummary("Ends one of one's sessions").RequireRateLimiting(RateLimits.Write).FailsWith(404);

        app.MapGet("/.well-known/jwks.json", Keys).WithSummary("Shows the keys that access tokens are checked with")
            .WithTags("Keys").AllowAnonymous();
    }

    private static async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> Refresh(
        RefreshRequest? request,
        bool? tokens,
        HttpContext http,
        RefreshTokens refreshTokens,
        SessionStore sessions,
        AccountStore accounts,
        SessionAnswers answers,
        SessionCookies cookies,
        CancellationToken ct)
    {
        var text = request?.RefreshToken ?? http.Request.Cookies[SessionCookies.Refresh];
        if (text is not null && refreshTokens.Read(text) is { } token && await sessions.RotateAsync(token, ct) is var (session, next))
        {
            if (await accounts.FindAsync(session.UserId, ct) is { } account && account.Admits(session))
            {
                // What came in a cookie goes back in one: a script that cannot read it must not be able to ask for it.
                return answers.Give(http.Response, account, session, next, "session renewed", tokens is true && request?.RefreshToken is not null);
            }

            await sessions.EndAsync(session.Id, ct);
        }

        cookies.Clear(http.Response);
        return Reauthentication.SessionEnded();
    }

    // A browser whose access token has run out can still leave: its refresh cookie names the session.
    private static async Task<Results<Ok<SignedOutResponse>, ProblemHttpResult>> SignOut(
        ClaimsPrincipal user, HttpContext http, RefreshTokens refreshTokens, SessionStore sessions, SessionCookies cookies, CancellationToken ct)
    {
        cookies.Clear(http.Response);
        var session = user.FindSessionId()
            ?? (http.Request.Cookies[SessionCookies.Refresh] is { } text ? refreshTokens.Read(text)?.Session : null);
        if (session is null)
        {
            return Problems.Unauthorized("unauthorized", "Nobody is signed in.");
        }

        await sessions.EndAsync(session.Value, ct);
        return TypedResults.Ok(new SignedOutResponse(true, "signed out"));
    }

    private static async Task<Results<Ok<SessionsResponse>, ProblemHttpResult>> List(
        ClaimsPrincipal user, AccountStore accounts, SessionStore sessions, CancellationToken ct)
    {
        if (await accounts.FindAsync(user.GetUserId(), ct) is not { } account)
        {
            return Reauthentication.SessionEnded();
        }

        var current = user.FindSessionId();
        return TypedResults.Ok(new SessionsResponse([.. (await sessions.ListAsync(account, ct)).Select(session => SessionItem.From(session, current))]));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> End(
        ObjectId id, ClaimsPrincipal user, HttpResponse response, SessionStore sessions, SessionCookies cookies, CancellationToken ct)
    {
        if (!await sessions.TryEndAsync(user.GetUserId(), id, ct))
        {
            return Problems.NotFound("You have no such session.");
        }

        if (id == user.FindSessionId())
        {
            cookies.Clear(response);
        }

        return TypedResults.NoContent();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> EndOthers(
        ClaimsPrincipal user, AccountStore accounts, SessionStore sessions, SecurityLog security, CancellationToken ct)
    {
        var kept = user.FindSessionId();
        var isOver = false;
        // A session that somebody has just ended must not end theirs in turn, and so come back.
        await accounts.EndSessionsAsync(user.GetUserId(), kept, ct, account => isOver = !account.AdmitsToken(user));
        if (isOver)
        {
            return Reauthentication.SessionEnded();
        }

        security.Note(SecurityEvent.SessionsEnded, user.GetUserId().ToString(), "all but this one");
        await sessions.ClearAsync(user.GetUserId(), ct, kept);
        return TypedResults.NoContent();
    }

    private static Ok<PublicKeySet> Keys(SigningKeys keys, HttpResponse response)
    {
        response.Headers.CacheControl = KeysMayBeCached;
        return TypedResults.Ok(keys.KeySet);
    }
}
