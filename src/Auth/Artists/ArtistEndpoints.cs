using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;

namespace Visuels.Auth.Artists;

internal static class ArtistEndpoints
{
    public static void MapArtists(this IEndpointRouteBuilder app)
    {
        var artists = app.MapGroup("/api/v1/auth/artists").WithTags("Artists").AllowAnonymous();
        artists.MapGet("", List).WithSummary("Lists artists, by name or page by page")
            .RequireRateLimiting(RateLimits.Search).FailsWith(400, ProblemCodes.InvalidQuery);
        artists.MapGet("/{username}", Get).WithSummary("Shows one artist").FailsWith(404);
    }

    private static async Task<Results<Ok<ArtistsResponse>, ProblemHttpResult>> List(
        [AsParameters] ArtistQuery query, ArtistStore artists, IOptions<SiteOptions> site, CancellationToken ct)
    {
        if (query.Problem() is { } problem)
        {
            return Problems.InvalidQuery(problem);
        }

        var found = await artists.ListAsync(query, ct);
        var hasMore = found.Count > query.Size;
        var page = found.Take(query.Size).ToList();
        return TypedResults.Ok(new ArtistsResponse(
            [.. page.Select(account => ArtistCard.From(account, site.Value))],
            string.IsNullOrEmpty(query.Cursor) ? query.Page ?? 1 : null,
            query.Size,
            hasMore,
            hasMore ? PageCursor.Encode(page[^1].Id) : null));
    }

    private static async Task<Results<Ok<ArtistResponse>, ProblemHttpResult>> Get(
        string username, ArtistStore artists, IOptions<SiteOptions> site, CancellationToken ct) =>
        await artists.FindAsync(username, ct) is { } account
            ? TypedResults.Ok(new ArtistResponse(ArtistCard.From(account, site.Value)))
            : Problems.NotFound("There is no such artist.");
}
