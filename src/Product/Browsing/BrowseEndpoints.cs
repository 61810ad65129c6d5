using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Products.Views;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Products.Browsing;

internal static class BrowseEndpoints
{
    public static void MapBrowsing(this IEndpointRouteBuilder app)
    {
        var products = app.MapGroup("/api/v1/products").WithTags("Products").AllowAnonymous();
        products.MapGet("/", List).WithSummary("Lists artworks: filtered, searched, sorted")
            .RequireRateLimiting(RateLimits.Search).RefusesRepeatedParameters();
        products.MapGet("/{id}", Get).WithSummary("Shows one artwork and counts the view").FailsWith(404);
    }

    /// <summary>A parameter that is given twice means two things: 400, whatever it is.</summary>
    public static void RefusesRepeatedParameters(this RouteHandlerBuilder route) => route.FailsWith(400, ProblemCodes.InvalidQuery).AddEndpointFilter(async (context, next) =>
        context.HttpContext.Request.Query.FirstOrDefault(parameter => parameter.Value.Count > 1).Key is { } repeated
            ? Problems.InvalidQuery($"{repeated} is given more than once.")
            : await next(context));

    private static async Task<Results<Ok<ProductsResponse>, ProblemHttpResult>> List(
        [AsParameters] ProductQuery query, BrowseStore store, UserCards artists, IOptions<SiteOptions> site, CancellationToken ct)
    {
        if (query.Problem() is { } problem)
        {
            return Problems.InvalidQuery(problem);
        }

        ObjectId? artist = null;
        if (query.Artist is { Length: > 0 } username)
        {
            artist = await artists.FindIdAsync(username, ct);
            if (artist is null)
            {
                return TypedResults.Ok(ProductPage.Of(([], 0), query, query.Size(), query.SortOrder!, site.Value));
            }
        }

        return TypedResults.Ok(ProductPage.Of(await store.ListAsync(query, artist, ct), query, query.Size(), query.SortOrder!, site.Value));
    }

    private static async Task<Results<Ok<ProductDetailResponse>, ProblemHttpResult>> Get(
        ObjectId id, HttpRequest request, BrowseStore store, UserCards artists, ViewCounter views, IOptions<SiteOptions> site, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { } product)
        {
            return Problems.NotFound("No product found");
        }

        var artist = await artists.FindAsync(product.ArtistId, ct) ?? new UserCard { Id = product.ArtistId };
        // HEAD comes here, too: link checkers look at nothing.
        if (HttpMethods.IsGet(request.Method))
        {
            views.Count(id);
        }

        return TypedResults.Ok(new ProductDetailResponse("fetched product", ProductResponse.From(product, site.Value, artist)));
    }
}
