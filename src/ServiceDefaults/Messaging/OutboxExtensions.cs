using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Registers what publishes events that aggregates hold.</summary>
public static class OutboxExtensions
{
    /// <summary>
    /// Publishes what documents of this collection hold in their <see cref="Outbox"/>. <paramref name="events"/> are the types it can hold:
    /// the queues of their readers exist before the first is published. May be called for several collections of a service.
    /// </summary>
    public static IServiceCollection AddOutboxRelay(this IServiceCollection services, string collection, params Type[] events)
    {
        if (events.FirstOrDefault(type => !EventRoutes.Queues.ContainsKey(type)) is { } unknown)
        {
            throw new ArgumentException($"{unknown.Name} is not in EventRoutes.", nameof(events));
        }

        services.AddOptions<OutboxOptions>().BindConfiguration("Outbox").ValidateDataAnnotations()
            .Validate(o => o.MinPoll <= o.MaxPoll, "Outbox:MinPoll must not be longer than Outbox:MaxPoll.")
            .Validate(o => o.PublishTimeout < o.Lease, "Outbox:PublishTimeout must be shorter than Outbox:Lease.")
            .ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<OutboxSignal>();
        services.TryAddSingleton<ReaderQueues>();
        services.TryAddSingleton<EventPublisher>();
        services.TryAddSingleton<OutboxMetrics>();
        services.AddKeyedSingleton(collection, (provider, _) =>
            new OutboxCollection(provider.GetRequiredService<IMongoDatabase>(), collection, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<ICreatesIndexes>(provider => provider.GetRequiredKeyedService<OutboxCollection>(collection));

        services.AddSingleton<IHostedService>(provider => new OutboxWatch(
            provider.GetRequiredKeyedService<OutboxCollection>(collection),
            provider.GetRequiredService<OutboxMetrics>(),
            provider.GetRequiredService<TimeProvider>()));
        return services.AddSingleton<IHostedService>(provider => new OutboxRelay(
            provider.GetRequiredKeyedService<OutboxCollection>(collection),
            events,
            provider.GetRequiredService<EventPublisher>(),
            provider.GetRequiredService<OutboxSignal>(),
            provider.GetRequiredService<IOptions<OutboxOptions>>().Value,
            provider.GetRequiredService<TimeProvider>(),
            provider.GetRequiredService<ILogger<OutboxRelay>>()));
    }

    /// <summary>Adds the <see cref="Inbox"/>.</summary>
    public static IServiceCollection AddInbox(this IServiceCollection services) => services.AddStore<Inbox>();
}
