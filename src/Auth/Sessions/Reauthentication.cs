using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.Auth.SecondFactor;
using Visuels.Auth.Throttling;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

/// <summary>
/// Asks before what cannot be undone whether it is still the owner who sits there: by the password, or by a young session where there is
/// none, and by the second factor where it is on.
/// </summary>
internal sealed class Reauthentication(
    AccountStore accounts,
    SessionStore sessions,
    Passwords.Passwords passwords,
    Authenticators authenticators,
    SecondFactorChecks checks,
    Throttle throttle,
    IHttpContextAccessor http,
    SecurityLog security,
    TimeProvider clock)
{
    public static readonly TimeSpan YoungSession = TimeSpan.FromMinutes(10);

    /// <param name="user">Who is signed in.</param>
    /// <param name="password">What they entered.</param>
    /// <param name="code">Of the app, or a recovery code. It is used up when all else is right.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="refuses">What can be said before anything is proven.</param>
    /// <returns>The account of its owner, or the answer to give.</returns>
    /// <exception cref="TooManyPasswordsException">Too many passwords wait already.</exception>
    public async Task<(Account? Account, ProblemHttpResult? Refusal)> AskAsync(
        ClaimsPrincipal user, string? password, string? code, CancellationToken ct, Func<Account, ProblemHttpResult?>? refuses = null)
    {
        var account = await accounts.FindAsync(user.GetUserId(), ct);
        if (account is not { Blocked: false })
        {
            return (null, MeEndpoints.Refuse(account));
        }

        var refusal = account.AdmitsToken(user) ? refuses?.Invoke(account) : SessionEnded();
        refusal ??= account.PasswordHash is null ? await RefuseOldSessionAsync(account, user, ct) : Missing(password);
        // Nobody has to try a password in order to hear that a code is asked for, too.
        refusal ??= account.HasSecondFactor && code is null ? SecondFactorAnswers.CodeMissing() : null;
        refusal ??= account.PasswordHash is null ? null : await RefusePasswordAsync(account, password!, ct);
        refusal ??= account.HasSecondFactor ? await RefuseCodeAsync(account, code!, ct) : null;
        return refusal is null ? (account, null) : (null, refusal);
    }

    /// <summary>Whether a session is this account's, goes on, and began no longer ago than <see cref="YoungSession"/>.</summary>
    public async Task<bool> IsYoungAsync(Account account, ObjectId? id, CancellationToken ct) =>
        id is not null
        && await sessions.FindAsync(id.Value, ct) is { } session
        && session.UserId == account.Id
        && account.Admits(session)
        && clock.GetUtcNow() < session.StartedAt + YoungSession;

    /// <summary>For a token that was taken back, though it may still pass for good for a moment.</summary>
    public static ProblemHttpResult SessionEnded() => Problems.Unauthorized("session_ended", "This session has ended. Please sign in again.");

    private static ProblemHttpResult? Missing(string? password) => password is null ? Required("Please enter your password.") : null;

    private async Task<ProblemHttpResult?> RefuseOldSessionAsync(Account account, ClaimsPrincipal user, CancellationToken ct) =>
        await IsYoungAsync(account, user.FindSessionId(), ct) ? null : Required("Please sign in again: this needs a session of the last 10 minutes.");

    private async Task<ProblemHttpResult?> RefusePasswordAsync(Account account, string password, CancellationToken ct)
    {
        // Counted apart from sign-in: neither a thief of a session nor a stranger at the door shuts the other's way.
        var tries = throttle.OwnerKey(account.Id.ToString());
        using var turn = await passwords.TakeTurnAsync(ct);
        if (await throttle.ReserveAsync(tries, ct) is { } wait)
        {
            security.Note(SecurityEvent.Throttled, account.Id.ToString(), "current password");
            return http.HttpContext!.Response.TooSoon(wait);
        }

        if (await turn.VerifyAsync(account.PasswordHash, password, ct) == PasswordVerificationResult.Failed)
        {
            security.Note(SecurityEvent.SignInFailed, account.Id.ToString(), "current password");
            return Problems.Forbidden("wrong_password", "The password is wrong.");
        }

        await throttle.ReleaseAsync(tries, ct);
        return null;
    }

    private async Task<ProblemHttpResult?> RefuseCodeAsync(Account account, string code, CancellationToken ct)
    {
        var (proof, refusal) = await checks.CheckAsync(account, code, ct);
        return refusal ?? (await authenticators.UseAsync(account, proof!, ticket: null, ct) ? null : SecondFactorAnswers.Wrong());
    }

    private static ProblemHttpResult Required(string message) => Problems.Forbidden("reauthentication_required", message);
}

internal static class ReauthenticationRoutes
{
    /// <summary>The route asks for its owner by <see cref="Reauthentication"/>.</summary>
    public static RouteHandlerBuilder AsksForOwner(this RouteHandlerBuilder route) => route.RequireRateLimiting(RateLimits.SignIn).RefusesWhenBusy()
        .FailsWith(400, "second_factor_wrong")
        .FailsWith(401, "session_ended")
        .FailsWith(403, "account_blocked", "reauthentication_required", "wrong_password", "second_factor_required")
        .FailsWith(429, "second_factor_throttled");
}
