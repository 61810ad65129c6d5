using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Profiles;

internal static class UserProfileEndpoints
{
    public static void MapUserProfiles(this IEndpointRouteBuilder app)
    {
        var profile = app.MapGroup("/api/v1/user/profile").WithTags("User profile").RequireAuthorization(Policies.User).FailsWith(404);
        profile.MapGet("/me", Get).WithSummary("Shows a buyer's own profile");
        profile.MapPatch("/update", Update).WithSummary("Changes a buyer's profile").RequireRateLimiting(RateLimits.Write);
    }

    private static async Task<Results<Ok<UserProfileAnswer>, ProblemHttpResult>> Get(ClaimsPrincipal user, AccountStore accounts, CancellationToken ct) =>
        await accounts.FindAsync(user.GetUserId(), ct) is { } account
            ? TypedResults.Ok(new UserProfileAnswer(true, UserProfileResponse.From(account)))
            : Problems.NotFound("There is no such profile.");

    private static async Task<Results<Ok<UserProfileChanged>, ProblemHttpResult>> Update(
        UpdateUserProfileRequest request, ClaimsPrincipal user, ProfileStore profiles, CancellationToken ct) =>
        await profiles.UpdateAsync(user.GetUserId(), request, ct) is { } account
            ? TypedResults.Ok(new UserProfileChanged(true, "Profile updated successfully", UserProfileResponse.From(account)))
            : Problems.NotFound("There is no such profile.");
}
