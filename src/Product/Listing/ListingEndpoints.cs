using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.Products.Browsing;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Products.Listing;

internal static class ListingEndpoints
{
    public static void MapListing(this IEndpointRouteBuilder app)
    {
        var products = app.MapGroup("/api/v1/products").WithTags("Products").RequireAuthorization(Policies.Artist);
        products.MapPost("/", Create).WithSummary("Lists an artwork for sale")
            .AcceptsImages(Product.MostImages).HasForm(ProductImages.Form).FailsWith(400, "too_many_images");
        products.MapPatch("/{id}", Update).WithSummary("Changes an artwork").RequireRateLimiting(RateLimits.Write).FailsWith(404).FailsWith(409);
        products.MapDelete("/{id}", Withdraw).WithSummary("Withdraws an artwork").RequireRateLimiting(RateLimits.Write).FailsWith(404).FailsWith(409);
        products.MapPost("/{id}/images", ProductImages.Add).WithSummary("Adds images to an artwork")
            .AcceptsImages(Product.MostImages).HasForm(ProductImages.Form)
            .FailsWith(400, "too_many_images").FailsWith(404).FailsWith(409);
        products.MapDelete("/{id}/images/{fileId}", ProductImages.Remove).WithSummary("Removes an image of an artwork")
            .RequireRateLimiting(RateLimits.Write)
            .FailsWith(404).FailsWith(409, "last_image", "conflict");
    }

    private static async Task<Results<Created<ListedResponse>, ProblemHttpResult>> Create(
        [FromForm] ListProductForm? form, HttpRequest request, ClaimsPrincipal user, ProductListing listing, IOptions<SiteOptions> site, CancellationToken ct)
    {
        if (form is null)
        {
            // Binding makes nothing of a form that has none of the fields.
            return Problems.Invalid("The fields title, shortDescription, description, price and category are required.");
        }

        var (product, problem) = await listing.ListAsync(form, request.Form.Files, user.GetUserId(), ct);
        return product is null
            ? problem!
            : TypedResults.Created($"/api/v1/products/{product.Id}", new ListedResponse("product created", ProductResponse.From(product, site.Value)));
    }

    private static async Task<Results<Ok<ChangedResponse>, ProblemHttpResult>> Update(
        ObjectId id, UpdateProductRequest request, ClaimsPrincipal user, ProductEditing editing, CategoryStore categories,
        IOptions<SiteOptions> site, CancellationToken ct)
    {
        Category? category = null;
        if (request.Category is { } name)
        {
            if (Slug.Of(name) is not { } slug)
            {
                return Problems.Invalid(ProductListing.NamelessCategory);
            }

            category = await categories.GetOrAddAsync(ProductFactory.CategoryName(name), slug, ct);
        }

        var (product, problem) = await editing.ChangeAsync(id, user.GetUserId(), known => ProductChanges.Apply(known, request, category), ct);
        return product is null ? problem! : TypedResults.Ok(new ChangedResponse(true, ProductResponse.From(product, site.Value)));
    }

    private static async Task<Results<Ok<WithdrawnResponse>, ProblemHttpResult>> Withdraw(
        ObjectId id, ClaimsPrincipal user, ProductEditing editing, CancellationToken ct)
    {
        var (_, problem) = await editing.ChangeAsync(id, user.GetUserId(), ProductEditing.Withdraw, ct);
        return problem is null ? TypedResults.Ok(new WithdrawnResponse(true, "Product deleted successfully")) : problem;
    }
}

public sealed record ListedResponse(string Msg, ProductResponse Product);

public sealed record ChangedResponse(bool Success, ProductResponse Product);

public sealed record WithdrawnResponse(bool Success, string Message);
