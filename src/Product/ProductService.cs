using Visuels.Contracts.Products;
using Visuels.Products.Artworks;
using Visuels.Products.Browsing;
using Visuels.Products.Cards;
using Visuels.Products.Categories;
using Visuels.Products.Export;
using Visuels.Products.Likes;
using Visuels.Products.Listing;
using Visuels.Products.Sales;
using Visuels.Products.Views;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Products;

public static class ProductService
{
    public static readonly ServiceIdentity Identity = new("product", 4002, "Visuels Product", "Visuels.Products");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(Identity, args, configure);
        builder.AddMongo("visuels-product");
        builder.AddImages<ProductImageReferences>("products");
        builder.AddMessaging(Identity.Name, bus =>
        {
            bus.AddRevocationConsumer();
            bus.AddUserCardConsumers();
            bus.AddConsumer<OrderStatusChangedConsumer>();
        });

        var services = builder.Services;
        services.AddUserCards();
        services.AddOutboxRelay(Product.Collection, typeof(ProductListed), typeof(ProductUpdated), typeof(ProductWithdrawn));
        services.AddStore<CategoryStore>();
        services.AddSingleton<ListingStore>();
        services.AddStore<BrowseStore>();
        services.AddStore<LikeStore>();
        services.AddSingleton<CardStore>();
        services.AddSingleton<SaleStore>();
        services.AddSingleton<ViewCounter>();
        services.AddHostedService<ViewWriter>();
        services.AddSingleton<ProductEvents>();
        services.AddSingleton<ProductEditing>();
        services.AddSingleton<ProductListing>();
        services.AddSingleton<ProductExport>();
        services.AddForgetting<DeletedArtists>().AddForgetting<LikeStore>();
        services.AddServiceClient<SoldOrdersClient>("order");
        services.AddSchedules(schedules => schedules
            .Add<SaleReconciliation>("sale-reconciliation", TimeSpan.FromHours(6))
            .Add<DeletedUsers>(DeletedUsers.Name, DeletedUsers.Every)
            .Add<OrphanedImages>("orphaned-images", TimeSpan.FromDays(1)));
        services.AddValidation();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapBrowsing();
        app.MapCategories();
        app.MapListing();
        app.MapOwnProducts();
        app.MapLikes();
        app.MapCards();
        app.MapExport<ProductExport>("/api/v1/products/internal");
        app.MapImages();
        return app;
    }
}
