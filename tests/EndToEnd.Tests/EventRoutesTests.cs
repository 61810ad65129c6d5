using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Visuels.AllInOne;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

public sealed class EventRoutesTests
{
    [Fact]
    public async Task The_table_of_queues_names_exactly_the_consumers_that_the_services_register()
    {
        var registered = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var part in Parts.Services)
        {
            var consumers = await ConsumersAsync(part);
            foreach (var (queue, type) in consumers.Where(consumer => !ReadByEveryInstance(consumer.Event)))
            {
                registered.Add($"{type.Name} -> {queue}");
            }

            // These have no queue in the table: each instance of each service makes its own.
            Assert.Equal(
                EventRoutes.Queues.Keys.Where(ReadByEveryInstance).Select(type => type.Name).Order(),
                consumers.Select(consumer => consumer.Event).Where(ReadByEveryInstance).Select(type => type.Name).Order());
        }

        var table = EventRoutes.Queues.SelectMany(route => route.Value.Select(queue => $"{route.Key.Name} -> {queue}"));
        Assert.Equal(table.Order(StringComparer.Ordinal), registered);
    }

    [Fact]
    public async Task The_table_of_publishers_names_exactly_the_services_whose_outboxes_hold_the_events()
    {
        var published = new List<string>();
        foreach (var part in Parts.Services)
        {
            published.AddRange(from type in await PublishedAsync(part) select $"{type.Name} of {part.Identity.Name}");
        }

        Assert.Equal(EventRoutes.Publishers.Select(publisher => $"{publisher.Key.Name} of {publisher.Value}").Order(), published.Order());
    }

    private static bool ReadByEveryInstance(Type type) => EventRoutes.Queues[type].Count == 0;

    private static async Task<IReadOnlyList<Type>> PublishedAsync(Part part)
    {
        await using var app = Build(part);
        return [.. app.Services.GetServices<IHostedService>().OfType<OutboxRelay>().SelectMany(relay => relay.Events)];
    }

    private static async Task<IReadOnlyList<(string Queue, Type Event)>> ConsumersAsync(Part part)
    {
        IServiceCollection services = null!;
        await using var app = Build(part, found => services = found);
        var names = new KebabCaseEndpointNameFormatter(part.Identity.Name, false);
        return
        [
            .. from descriptor in services
               let consumer = descriptor.ServiceType
               where consumer.IsClass && typeof(IConsumer).IsAssignableFrom(consumer)
               from contract in consumer.GetInterfaces()
               where contract.IsGenericType && contract.GetGenericTypeDefinition() == typeof(IConsumer<>)
               select ((string)typeof(KebabCaseEndpointNameFormatter).GetMethod(nameof(names.Consumer))!.MakeGenericMethod(consumer).Invoke(names, null)!, contract.GetGenericArguments()[0]),
        ];
    }

    private static WebApplication Build(Part part, Action<IServiceCollection>? look = null) => part.Build(["--environment=Development"], builder =>
    {
        look?.Invoke(builder.Services);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keys:Folder"] = TemporaryFolder.Create("visuels-keys-"),
            ["Messaging:Transport"] = "InMemory",
        });
    });
}
