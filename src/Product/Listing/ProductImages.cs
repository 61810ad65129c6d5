using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Products.Artworks;
using Visuels.Products.Browsing;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Products.Listing;

/// <summary>The pictures of a product: one to five, the first of which is the primary one.</summary>
internal static class ProductImages
{
    private const string Field = "images";

    /// <summary>The files of a form, for the OpenAPI document.</summary>
    public static FileField Form { get; } = new(Field, Product.MostImages, IsRequired: true);

    /// <summary>What is wrong with the files of a form, or null; says nothing of their content.</summary>
    public static ProblemHttpResult? Problem(IFormFileCollection files) => files switch
    {
        { Count: 0 } => Problems.Invalid("At least one image is required"),
        { Count: > Product.MostImages } => TooMany(),
        _ when files.Any(file => file.Name != Field) => Problems.Invalid($"Files are sent in the field '{Field}'."),
        _ => null,
    };

    public static async Task<Results<Ok<ChangedResponse>, ProblemHttpResult>> Add(
        ObjectId id, IFormFileCollection images, ClaimsPrincipal user, ListingStore store, ProductEditing editing, ImageUploads uploads,
        IOptions<SiteOptions> site, CancellationToken ct)
    {
        if (Problem(images) is { } wrong)
        {
            return wrong;
        }

        // Before the work is done; whether there is room is decided again by the write.
        var artist = user.GetUserId();
        if (await store.FindAsync(id, artist, ct) is not { } known)
        {
            return Problems.NotFound("Product not found or unauthorized");
        }

        if (known.Images.Count + images.Count > Product.MostImages)
        {
            return TooMany();
        }

        var stored = await uploads.SaveAllAsync(images, ct);
        var (product, problem) = await editing.ChangeAsync(id, artist, current => Append(current, stored), ct);
        if (product is null)
        {
            await uploads.DiscardAsync(stored);
            return problem!;
        }

        await uploads.KeepAsync(stored);
        return TypedResults.Ok(new ChangedResponse(true, ProductResponse.From(product, site.Value)));
    }

    public static async Task<Results<Ok<ChangedResponse>, ProblemHttpResult>> Remove(
        ObjectId id, string fileId, ClaimsPrincipal user, ListingStore store, ProductEditing editing, ImageUploads uploads,
        IOptions<SiteOptions> site, CancellationToken ct)
    {
        var artist = user.GetUserId();
        var removed = (await store.FindAsync(id, artist, ct))?.Images.Where(image => image.FileId == fileId).ToList() ?? [];
        await uploads.DoubtAsync(removed, ct);
        var (product, problem) = await editing.ChangeAsync(id, artist, current => Take(current, fileId), ct);
        if (product is null)
        {
            return problem!;
        }

        await uploads.DiscardAsync(removed);
        return TypedResults.Ok(new ChangedResponse(true, ProductResponse.From(product, site.Value)));
    }

    private static ProblemHttpResult? Append(Product product, IReadOnlyList<StoredImage> stored)
    {
        if (product.Images.Count + stored.Count > Product.MostImages)
        {
            return TooMany();
        }

        product.Images = [.. product.Images, .. stored];
        return null;
    }

    private static ProblemHttpResult? Take(Product product, string fileId)
    {
        var left = product.Images.Where(image => image.FileId != fileId).ToList();
        if (left.Count == product.Images.Count)
        {
            return Problems.NotFound("There is no such image.");
        }

        if (left.Count == 0)
        {
            return Problems.Conflict("last_image", "A product keeps at least one image.");
        }

        product.Images = left;
        return null;
    }

    private static ProblemHttpResult TooMany() => Problems.BadRequest("too_many_images", $"A product has at most {Product.MostImages} images.");
}
