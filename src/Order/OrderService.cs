using Visuels.Contracts.Orders;
using Visuels.Orders.Answering;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.Orders.Deletion;
using Visuels.Orders.Export;
using Visuels.Orders.Idempotency;
using Visuels.Orders.Placing;
using Visuels.Orders.Reading;
using Visuels.Orders.Reconciling;
using Visuels.Orders.Unanswered;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders;

public static class OrderService
{
    public static readonly ServiceIdentity Identity = new("order", 4003, "Visuels Order", "Visuels.Orders");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(Identity, args, configure);
        builder.AddMongo("visuels-order");
        builder.AddMessaging(Identity.Name, bus =>
        {
            bus.AddRevocationConsumer();
            bus.AddUserCardConsumers();
            bus.AddConsumer<ProductListedConsumer>();
            bus.AddConsumer<ProductUpdatedConsumer>();
            bus.AddConsumer<ProductWithdrawnConsumer>();
            bus.AddConsumer<OrderPlacedConsumer>();
            bus.AddConsumer<OrderStatusChangedConsumer>();
        });

        var services = builder.Services;
        services.AddUserCards();
        services.AddServiceClient<ProductCardsClient>("product");
        services.AddOutboxRelay(OrderStore.Collection, typeof(OrderPlaced), typeof(OrderStatusChanged), typeof(OrderLeftUnanswered));
        services.AddSingleton<ProductCards>();
        services.AddSingleton<CartStore>();
        services.AddSingleton<CartView>();
        services.AddStore<OrderStore>();
        services.AddSingleton<SoldEditions>();
        services.AddSingleton<OrderPlacing>();
        services.AddStore<IdempotencyRecords>();
        services.AddSingleton<IdempotentRequests>();
        services.AddSingleton<OrderAnswering>();
        services.AddSingleton<SoldOutArtworks>();
        services.AddSingleton<OrderExport>();
        services.AddForgetting<DeletedMembers>().AddForgetting<CartStore>().AddForgetting<IdempotencyRecords>();
        services.AddStore<OrderLists>();
        services.AddUnanswered();
        services.AddSchedules(schedules => schedules
            .Add<OrderReminders>("order-reminders", TimeSpan.FromHours(1))
            .Add<OrderExpiry>("order-expiry", TimeSpan.FromHours(1))
            .Add<DeletedUsers>(DeletedUsers.Name, DeletedUsers.Every)
            .Add<CardReconciliation>("card-reconciliation", TimeSpan.FromDays(1)));
        services.AddValidation();

        var app = builder.Build();
        app.UseServiceDefaults();
        app.MapCart();
        app.MapPlacing();
        app.MapReading();
        app.MapAnswering();
        app.MapSales();
        app.MapExport<OrderExport>("/api/v1/order/internal");
        return app;
    }
}
