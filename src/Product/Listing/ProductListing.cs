using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.Products.Listing;

/// <summary>Puts a new product on sale: nothing is stored before everything was checked, and nothing stays when it fails.</summary>
internal sealed class ProductListing(
    ImageUploads uploads, CategoryStore categories, ListingStore store, ProductEvents events, TimeProvider clock)
{
    public const string NamelessCategory = "Category must have a letter or a digit.";

    public async Task<(Product? Product, ProblemHttpResult? Problem)> ListAsync(
        ListProductForm form, IFormFileCollection files, ObjectId artist, CancellationToken ct)
    {
        var currency = ProductFactory.CurrencyOf(form);
        if (!CurrencyCodes.Contains(currency))
        {
            return (null, Problems.Invalid("Currency must be an ISO 4217 code such as USD."));
        }

        if (Price.Of(DecimalTextAttribute.Parse(form.Price)!.Value, currency) is not { } price)
        {
            return (null, Problems.Invalid($"Price must be a positive amount in {currency}."));
        }

        if (ProductFactory.EditionsOf(form) is not { } editions)
        {
            return (null, Problems.Invalid($"Editions must be a whole number from 1 to {ProductTexts.MostEditions}."));
        }

        if (Slug.Of(form.Category!) is not { } slug)
        {
            return (null, Problems.Invalid(NamelessCategory));
        }

        if (ProductImages.Problem(files) is { } problem)
        {
            return (null, problem);
        }

        var images = await uploads.SaveAllAsync(files, ct);
        var mayBeWritten = false;
        try
        {
            var category = await categories.GetOrAddAsync(ProductFactory.CategoryName(form.Category!), slug, ct);
            var now = clock.GetUtcNow();
            var product = ProductFactory.Create(form, artist, price, editions, category, images, now);
            product.Outbox = Outbox.Holding(now, events.Listed(product));
            mayBeWritten = true;
            await store.AddAsync(product, ct);
            await uploads.KeepAsync(images);
            return (product, null);
        }
        catch (Exception e) when (!mayBeWritten || e is MongoWriteException)
        {
            // An insert without an answer may have happened, or happen yet: its images stay until the sweep knows.
            await uploads.DiscardAsync(images);
            throw;
        }
    }
}
