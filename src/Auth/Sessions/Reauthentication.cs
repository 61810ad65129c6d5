using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

/// <summary>Asks before what cannot be undone whether it is still the owner who sits there: by the password, or by a young session where there is none.</summary>
internal sealed class Reauthentication(SessionStore sessions, Passwords.Passwords passwords, TimeProvider clock)
{
    public static readonly TimeSpan YoungSession = TimeSpan.FromMinutes(10);

    /// <returns>Null when it is, or the answer to give.</returns>
    public async Task<ProblemHttpResult?> RefusalAsync(Account account, ClaimsPrincipal user, string? password, CancellationToken ct)
    {
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

        return await passwords.VerifyAsync(account.PasswordHash, password, ct) == PasswordVerificationResult.Failed
            ? Problems.Forbidden("wrong_password", "The password is wrong.")
            : null;
    }

    private static ProblemHttpResult Required(string message) => Problems.Forbidden("reauthentication_required", message);
}
