using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Chat.Conversations;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Blocking;

internal static class BlockEndpoints
{
    private const int MaxLimit = 50;

    public static void MapBlocks(this IEndpointRouteBuilder app)
    {
        var blocks = app.MapGroup("/api/v1/message/blocks").WithTags("Blocks").RequireAuthorization(Policies.Member);
        blocks.MapGet("/", List).WithSummary("Lists whom one has blocked").FailsWith(400, ProblemCodes.InvalidQuery);
        blocks.MapPut("/{userId}", Add).WithSummary("Blocks somebody")
            .RequireRateLimiting(RateLimits.Write).FailsWith(400, "invalid_receiver").FailsWith(404);
        blocks.MapDelete("/{userId}", Remove).WithSummary("Takes a block back").RequireRateLimiting(RateLimits.Write);
    }

    private static async Task<Results<Ok<BlocksResponse>, ProblemHttpResult>> List(
        [AsParameters] BlocksQuery query, ClaimsPrincipal user, BlockStore blocks, UserCards people, CancellationToken ct)
    {
        if (!NewestFirst.TryRead<string>(query.Limit, MaxLimit, query.Cursor, out var page, out var mistake))
        {
            return Problems.InvalidQuery(mistake);
        }

        var (found, next) = page.Cut(await blocks.ListAsync(user.GetUserId(), page, ct), block => (block.At, block.Id));
        var cards = await people.GetAsync(found.Select(block => block.Blocked), ct);
        return TypedResults.Ok(new BlocksResponse(
            [.. found.Select(block => new BlockResponse(PersonResponse.Of(block.Blocked, cards.GetValueOrDefault(block.Blocked)), block.At))], next));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Add(
        ObjectId userId, ClaimsPrincipal user, BlockStore blocks, UserCards people, CancellationToken ct)
    {
        if (userId == user.GetUserId())
        {
            return Problems.BadRequest("invalid_receiver", "You cannot block yourself.");
        }

        if (await people.FindAsync(userId, ct) is not { Role: Roles.User or Roles.Artist })
        {
            return Problems.NotFound("There is no such person.");
        }

        await blocks.AddAsync(user.GetUserId(), userId, ct);
        return TypedResults.NoContent();
    }

    private static async Task<NoContent> Remove(ObjectId userId, ClaimsPrincipal user, BlockStore blocks, CancellationToken ct)
    {
        await blocks.RemoveAsync(user.GetUserId(), userId, ct);
        return TypedResults.NoContent();
    }
}

/// <summary>Bound as text, so that a bad value is our 400 and names the rule.</summary>
public sealed class BlocksQuery
{
    /// <summary>nextCursor of an earlier answer.</summary>
    public string? Cursor { get; init; }

    /// <summary>20 unless told otherwise.</summary>
    [WholeNumber(1, 50)]
    public string? Limit { get; init; }
}

/// <summary>Whom the caller has blocked, the last first.</summary>
public sealed record BlocksResponse(IReadOnlyList<BlockResponse> Data, string? NextCursor);

/// <summary>One of them.</summary>
public sealed record BlockResponse(PersonResponse User, DateTimeOffset At);
