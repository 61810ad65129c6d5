using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Accounts;

internal static class MeEndpoints
{
    public static void MapMe(this IEndpointRouteBuilder app)
    {
        var me = app.MapGroup("/api/v1/auth/me").WithTags("Account").RequireAuthorization().FailsWith(403, "account_blocked");
        me.MapGet("", Get).WithSummary("Shows one's own account");
        me.MapPatch("", Update).WithSummary("Changes one's own name").RequireRateLimiting(RateLimits.Write);
    }

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult>> Get(ClaimsPrincipal user, AccountStore accounts, CancellationToken ct) =>
        await accounts.FindAsync(user.GetUserId(), ct) switch
        {
            null => Gone(),
            { Blocked: true } => SessionAnswers.Blocked(),
            { } account => TypedResults.Ok(new MeResponse(AccountResponse.From(account))),
        };

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult>> Update(
        UpdateMeRequest request, ClaimsPrincipal user, AccountStore accounts, CancellationToken ct) =>
        await accounts.RenameAsync(user.GetUserId(), request.Name.Trim(), ct) switch
        {
            null => Gone(),
            { Blocked: true } => SessionAnswers.Blocked(),
            { } account => TypedResults.Ok(new MeResponse(AccountResponse.From(account))),
        };

    /// <summary>For an account that is gone or blocked.</summary>
    internal static ProblemHttpResult Refuse(Account? account) => account is null ? Gone() : SessionAnswers.Blocked();

    // The token outlives its account by some minutes.
    internal static ProblemHttpResult Gone() => Problems.Unauthorized("unauthorized", "This account does not exist any more.");
}
