using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Visuels.Auth;
using Visuels.Chat;
using Visuels.Contracts;
using Visuels.Jobs;
using Visuels.Orders;
using Visuels.Products;
using Visuels.ServiceDefaults.Messaging;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

public sealed class EventRoutesTests
{
    private delegate WebApplication BuildService(string[] args, Action<WebApplicationBuilder>? configure);

    private static readonly (string Service, BuildService Build)[] Services =
    [
        ("auth", AuthService.Build),
        ("product", ProductService.Build),
        ("order", OrderService.Build),
        ("chat", ChatService.Build),
        ("jobs", JobsService.Build),
    ];

    [Fact]
    public async Task The_table_of_queues_names_exactly_the_consumers_that_the_services_register()
    {
        var registered = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var (service, build) in Services)
        {
            var consumers = await ConsumersAsync(service, build);
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
        foreach (var (service, build) in Services)
        {
            published.AddRange(from type in await PublishedAsync(build) select $"{type.Name} of {service}");
        }

        Assert.Equal(EventRoutes.Publishers.Select(publisher => $"{publisher.Key.Name} of {publisher.Value}").Order(), published.Order());
    }

    private static bool ReadByEveryInstance(Type type) => EventRoutes.Queues[type].Count == 0;

    private static async Task<IReadOnlyList<Type>> PublishedAsync(BuildService build)
    {
        await using var app = Build(build);
        return [.. app.Services.GetServices<IHostedService>().OfType<OutboxRelay>().SelectMany(relay => relay.Events)];
    }

    private static async Task<IReadOnlyList<(string Queue, Type Event)>> ConsumersAsync(string service, BuildService build)
    {
        IServiceCollection services = null!;
        await using var app = Build(build, found => services = found);
        var names = new KebabCaseEndpointNameFormatter(service, false);
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

    private static WebApplication Build(BuildService build, Action<IServiceCollection>? look = null) => build(["--environment=Development"], builder =>
    {
        look?.Invoke(builder.Services);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Keys:Folder"] = TemporaryFolder.Create("visuels-keys-"),
            ["Messaging:Transport"] = "InMemory",
        });
    });
}
