using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using Visuels.Products.Browsing;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Products.Listing;

internal static class OwnProducts
{
    // The storefront asks once and counts what it gets.
    private const int DefaultLimit = 50;

    public static void MapOwnProducts(this IEndpointRouteBuilder app) =>
        app.MapGet("/api/v1/products/me/products", List).WithSummary("Lists an artist's own artworks")
            .WithTags("Products").RequireAuthorization(Policies.Artist).RefusesRepeatedParameters();

    private static async Task<Results<Ok<ProductsResponse>, ProblemHttpResult>> List(
        [AsParameters] OwnProductsQuery query, ClaimsPrincipal user, BrowseStore store, IOptions<SiteOptions> site, CancellationToken ct)
    {
        if ((query.PageProblem() ?? query.CursorProblem(ProductSort.Newest)) is { } problem)
        {
            return Problems.InvalidQuery(problem);
        }

        var size = query.Size(DefaultLimit);
        var found = await store.OwnAsync(user.GetUserId(), query.Archived ?? false, query, size, ct);
        return TypedResults.Ok(ProductPage.Of(found, query, size, ProductSort.Newest, site.Value));
    }
}

/// <summary>Which of an artist's own products.</summary>
public sealed class OwnProductsQuery : PageQuery
{
    /// <summary>The archived ones instead of those on show.</summary>
    [FromQuery(Name = "archived")]
    public bool? Archived { get; init; }
}
