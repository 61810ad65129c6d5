using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Deletion;

internal static class DeletionEndpoints
{
    public static void MapDeletion(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/me").WithTags("Account").RequireAuthorization()
            .MapDelete("", Delete).RequireRateLimiting(RateLimits.SignIn).RefusesWhenBusy()
            .FailsWith(401, "session_ended").FailsWith(403, "reauthentication_required", "wrong_password", "account_blocked").FailsWith(409, "last_administrator");

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] DeleteMeRequest? request,
        ClaimsPrincipal user,
        HttpResponse response,
        AccountStore accounts,
        DeletedAccounts deleted,
        Reauthentication reauthentication,
        AccountDeletion deletion,
        SessionCookies cookies,
        CancellationToken ct)
    {
        switch (await accounts.FindAsync(user.GetUserId(), ct))
        {
            case null:
                return MeEndpoints.Gone();

            case { Blocked: true }:
                return SessionAnswers.Blocked();

            case { } account when await reauthentication.RefusalAsync(account, user, request?.Password, ct) is { } refusal:
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
    }
}

/// <summary>Body of <c>DELETE /me</c>; may be absent for an account without a password.</summary>
public sealed record DeleteMeRequest([property: StringLength(PasswordRules.Longest)] string? Password = null);
