using MassTransit;
using Visuels.Jobs.Consumers;
using Visuels.Jobs.Export;
using Visuels.Jobs.Ledger;
using Visuels.Jobs.Mailbox;
using Visuels.Jobs.Previews;
using Visuels.Jobs.Sending;
using Visuels.Jobs.Templates;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Jobs;

/// <summary>Tells people by mail what the other services' events mean for them.</summary>
public static class JobsService
{
    public static readonly ServiceIdentity Identity = new("jobs", 4005, "Visuels Jobs", "Visuels.Jobs");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(Identity, args, configure);
        builder.AddMongo("visuels-jobs");
        builder.AddMessaging(Identity.Name, AddConsumers);
        builder.Services.AddUserCards();
        builder.Services.AddMailLedger();
        builder.Services.AddSingleton<MailExport>();
        builder.AddMailSender();
        builder.Services.AddValidation();

        var app = builder.Build();
        app.UseServiceDefaults();
        // A missing sealing.key stops the start, not the first mail.
        _ = app.Services.GetRequiredService<MailComposer>();
        app.MapMailbox();
        app.MapPreviews();
        app.MapLedger();
        app.MapExport<MailExport>("/internal");
        return app;
    }

    private static void AddConsumers(IBusRegistrationConfigurator bus)
    {
        bus.AddRevocationConsumer();
        bus.AddConsumer<EmailCodeIssuedConsumer>();
        bus.AddConsumer<KnownAddressSignedUpConsumer>();
        bus.AddConsumer<SecondFactorChangedConsumer>();
        bus.AddConsumer<GoogleLinkedConsumer>();
        bus.AddConsumer<PasswordChangedConsumer>();
        bus.AddConsumer<EmailChangedConsumer>();
        bus.AddConsumer<Consumers.UserRegisteredConsumer>();
        bus.AddConsumer<UserUpdatedConsumer>();
        bus.AddConsumer<UserDeletedConsumer>();
        bus.AddConsumer<OrderPlacedConsumer>();
        bus.AddConsumer<OrderStatusChangedConsumer>();
        bus.AddConsumer<OrderLeftUnansweredConsumer>();

        // All that Jobs does begins with a message: without the broker it is not ready.
        bus.ConfigureHealthCheckOptions(health => health.Tags.Add(ServiceDefaultsExtensions.ReadyTag));
    }
}
