using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Auth.Accounts;

internal static class CardEndpoints
{
    private const int Most = 50;

    public static void MapCards(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth/internal").WithTags("Internal").RequireServices("product", "order", "chat", "jobs")
            .MapPost("/cards", Cards).WithSummary("Tells services the cards of up to 50 accounts").FailsWith(400);

    private static async Task<Results<Ok<UserCardsResponse>, ProblemHttpResult>> Cards(
        UserCardsRequest request, AccountStore accounts, CancellationToken ct) =>
        request.Ids.Count is 0 or > Most
            ? Problems.Invalid($"Ask for 1 to {Most} ids.")
            : TypedResults.Ok(new UserCardsResponse(await accounts.GetCardsAsync(request.Ids.ToHashSet(), ct)));
}
