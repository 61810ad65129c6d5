using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Products.Likes;

internal static class LikeEndpoints
{
    public static void MapLikes(this IEndpointRouteBuilder app)
    {
        var likes = app.MapGroup("/api/v1/products/{id}/like").WithTags("Products")
            .RequireAuthorization(Policies.Member)
            .RequireRateLimiting(RateLimits.Write)
            .FailsWith(404);
        likes.MapPut("/", Like).WithSummary("Likes an artwork");
        likes.MapDelete("/", Unlike).WithSummary("Takes a like back");
    }

    private static async Task<Results<Ok<LikeResponse>, ProblemHttpResult>> Like(
        ObjectId id, ClaimsPrincipal user, LikeStore store, CancellationToken ct) =>
        Answer(await store.AddAsync(id, user.GetUserId(), ct), liked: true);

    private static async Task<Results<Ok<LikeResponse>, ProblemHttpResult>> Unlike(
        ObjectId id, ClaimsPrincipal user, LikeStore store, CancellationToken ct) =>
        Answer(await store.RemoveAsync(id, user.GetUserId(), ct), liked: false);

    private static Results<Ok<LikeResponse>, ProblemHttpResult> Answer(long? likes, bool liked) => likes is { } number
        ? TypedResults.Ok(new LikeResponse(number, liked))
        : Problems.NotFound("No product found");
}

public sealed record LikeResponse(long Likes, bool Liked);
