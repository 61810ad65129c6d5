using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Products.Artworks;
using Visuels.Products.Categories;
using Visuels.Products.Listing;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;

namespace Visuels.Products.Tests;

/// <summary>The store fails after the pictures were stored.</summary>
public sealed class ListingFailureTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_product_that_cannot_be_written_leaves_no_pictures_behind()
    {
        var before = app.StoredFiles.Length;
        // No server listens on the discard port.
        using var nowhere = new MongoClient("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=200");
        var listing = Listing(new CategoryStore(nowhere.GetDatabase("gone")));

        await Assert.ThrowsAsync<TimeoutException>(() => listing.ListAsync(Form(), Files(), ObjectId.GenerateNewId(), Ct));

        Assert.Equal(before, app.StoredFiles.Length);
    }

    [Fact]
    public async Task A_product_that_the_store_refuses_leaves_no_pictures_behind()
    {
        var database = app.Service.Database;
        await database.GetCollection<Product>(Product.Collection).Indexes.CreateOneAsync(
            new CreateIndexModel<Product>(Builders<Product>.IndexKeys.Ascending(p => p.Title), new CreateIndexOptions { Unique = true }), cancellationToken: Ct);
        var listing = Listing(app.Service.Services.GetRequiredService<CategoryStore>());
        await listing.ListAsync(Form(), Files(), ObjectId.GenerateNewId(), Ct);
        var before = app.StoredFiles.Length;

        await Assert.ThrowsAsync<MongoWriteException>(() => listing.ListAsync(Form(), Files(), ObjectId.GenerateNewId(), Ct));

        Assert.Equal(before, app.StoredFiles.Length);
    }

    private ProductListing Listing(CategoryStore categories) => new(
        app.Service.Services.GetRequiredService<ImageUploads>(),
        categories,
        new ListingStore(app.Service.Database, new OutboxSignal()),
        app.Service.Services.GetRequiredService<ProductEvents>(),
        TimeProvider.System);

    private static ListProductForm Form() => new() { Title = "One", ShortDescription = "s", Description = "d", Price = "1", Category = "Urban" };

    private static FormFileCollection Files()
    {
        var picture = Pictures.Jpeg();
        return [new FormFile(new MemoryStream(picture), 0, picture.Length, "images", "picture.jpg")];
    }
}
