using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Deletion;

internal static class DeletionEndpoints
{
    /// <summary>Who has no password proves by a sign-in this young that it is still the owner who sits there.</summary>
    private static readonly TimeSpan FreshSignIn = TimeSpan.FromMinutes(10);

    public static void MapDeletion(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/me").WithTags("Account").RequireAuthorization()
            .MapDelete("", Delete).RequireRateLimiting(RateLimits.SignIn).RefusesWhenBusy();

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] DeleteMeRequest? request,
        ClaimsPrincipal user,
        HttpResponse response,
        AccountStore accounts,
        DeletedAccounts deleted,
        Passwords.Passwords passwords,
        SessionStore sessions,
        AccountDeletion deletion,
        SessionCookies cookies,
        TimeProvider clock,
        CancellationToken ct)
    {
        switch (await accounts.FindAsync(user.GetUserId(), ct))
        {
            case null:
                return MeEndpoints.Gone();

            case { Blocked: true }:
                return SessionAnswers.Blocked();

            case { } account when await RefusalAsync(account) is { } refusal:
                return refusal;

            case { } account when await deleted.IsLastAdministratorAsync(account, ct):
                return Problems.Conflict("last_administrator", "This is the only administrator. Please make another one first.");

            case { } account:
                if (!await deletion.DeleteAsync(account, ct))
                {
                    return MeEndpoints.Gone();
                }

                cookies.Clear(response);
                return TypedResults.NoContent();
        }

        async Task<ProblemHttpResult?> RefusalAsync(Account account)
        {
            if (account.PasswordHash is null)
            {
                var session = user.FindSessionId() is { } id ? await sessions.FindAsync(id, ct) : null;
                return session?.UserId == account.Id && clock.GetUtcNow() < session.StartedAt + FreshSignIn
                    ? null
                    : ReauthenticationRequired("Please sign in again, and delete the account within 10 minutes.");
            }

            if (request?.Password is not { } password)
            {
                return ReauthenticationRequired("Please enter your password to delete the account.");
            }

            return await passwords.VerifyAsync(account.PasswordHash, password, ct) == PasswordVerificationResult.Failed
                ? Problems.Forbidden("wrong_password", "The password is wrong.")
                : null;
        }
    }

    private static ProblemHttpResult ReauthenticationRequired(string message) => Problems.Forbidden("reauthentication_required", message);
}

/// <summary>Body of <c>DELETE /me</c>; may be absent for an account without a password.</summary>
public sealed record DeleteMeRequest([property: StringLength(PasswordRules.Longest)] string? Password = null);
