using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.Auth.Throttling;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

/// <summary>Asks before what cannot be undone whether it is still the owner who sits there: by the password, or by a young session where there is none.</summary>
internal sealed class Reauthentication(
    SessionStore sessions, Passwords.Passwords passwords, Throttle throttle, IHttpContextAccessor http, SecurityLog security, TimeProvider clock)
{
    public static readonly TimeSpan YoungSession = TimeSpan.FromMinutes(10);

    /// <returns>Null when it is, or the answer to give.</returns>
    /// <exception cref="TooManyPasswordsException">Too many passwords wait already.</exception>
    public async Task<ProblemHttpResult?> RefusalAsync(Account account, ClaimsPrincipal user, string? password, CancellationToken ct)
    {
        if (!account.AdmitsToken(user))
        {
            return SessionEnded();
        }

        if (account.PasswordHash is null)
        {
            var session = user.FindSessionId() is { } id ? await sessions.FindAsync(id, ct) : null;
            return session?.UserId == account.Id && clock.GetUtcNow() < session.StartedAt + YoungSession
                ? null
                : Required("Please sign in again: this needs a session of the last 10 minutes.");
        }

        if (password is null)
        {
            return Required("Please enter your password.");
        }

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

    /// <summary>For a token that was taken back, though it may still pass for good for a moment.</summary>
    public static ProblemHttpResult SessionEnded() => Problems.Unauthorized("session_ended", "This session has ended. Please sign in again.");

    private static ProblemHttpResult Required(string message) => Problems.Forbidden("reauthentication_required", message);
}
