using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Activities;

internal static class ActivityEndpoints
{
    public static void MapActivity(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/me").WithTags("Account").RequireAuthorization()
            .MapGet("/activity", List).WithSummary("Tells what happened to one's account").FailsWith(400, ProblemCodes.InvalidQuery).FailsWith(403, "account_blocked");

    private static async Task<Results<Ok<ActivityResponse>, ProblemHttpResult>> List(
        [AsParameters] ActivityQuery query, ClaimsPrincipal user, AccountStore accounts, ActivityStore activity, CancellationToken ct)
    {
        if (query.Problem() is { } problem)
        {
            return Problems.InvalidQuery(problem);
        }

        var account = await accounts.FindAsync(user.GetUserId(), ct);
        if (account is not { Blocked: false })
        {
            return MeEndpoints.Refuse(account);
        }

        var found = await activity.ListAsync(account.Id, query.After, query.Size + 1, ct);
        var page = found.Take(query.Size).ToList();
        return TypedResults.Ok(new ActivityResponse(
            [.. page.Select(ActivityItem.From)],
            found.Count > page.Count ? PageCursor.Encode(page[^1].At.UtcDateTime, page[^1].Id) : null));
    }
}
