using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.Auth.SecondFactor;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Deletion;

internal static class DeletionEndpoints
{
    public static void MapDeletion(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/me").WithTags("Account").RequireAuthorization()
            .MapDelete("", Delete).WithSummary("Deletes one's own account").AsksForOwner().FailsWith(409, "last_administrator");

    private static async Task<Results<NoContent, ProblemHttpResult>> Delete(
        [FromBody(EmptyBodyBehavior = Microsoft.AspNetCore.Mvc.ModelBinding.EmptyBodyBehavior.Allow)] DeleteMeRequest? request,
        ClaimsPrincipal user,
        HttpResponse response,
        DeletedAccounts deleted,
        Reauthentication reauthentication,
        AccountDeletion deletion,
        SessionCookies cookies,
        CancellationToken ct)
    {
        var (account, refusal) = await reauthentication.AskAsync(user, request?.Password, request?.Code, ct);
        if (account is null)
        {
            return refusal!;
        }

        if (await deleted.IsLastAdministratorAsync(account, ct))
        {
            return Problems.Conflict("last_administrator", "This is the only administrator. Please make another one first.");
        }

        if (!await deletion.DeleteAsync(account, ct))
        {
            return MeEndpoints.Gone();
        }

        cookies.Clear(response);
        return TypedResults.NoContent();
    }
}

/// <summary>Body of <c>DELETE /me</c>; may be absent for an account that has neither a password nor a second factor.</summary>
public sealed record DeleteMeRequest([property: StringLength(PasswordRules.Longest)] string? Password = null, [property: SecondFactorCode] string? Code = null);
