using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Tests.Messaging;

public sealed class MessagingSetupTests
{
    private const string Broker = "amqp://guest:guest@127.0.0.1:1/";

    [Theory]
    [InlineData("Development", null, MessagingTransport.InMemory)]
    [InlineData("Development", Broker, MessagingTransport.RabbitMq)]
    [InlineData("Production", Broker, MessagingTransport.RabbitMq)]
    public async Task The_transport_follows_from_the_connection_string(string environment, string? broker, MessagingTransport expected)
    {
        await using var host = MessagingHost.Build("auth", Configuration(environment, broker));

        Assert.Equal(expected, host.Services.GetRequiredService<IOptions<MessagingOptions>>().Value.Transport);
    }

    [Theory]
    [InlineData("Production", null, null)]
    [InlineData("Production", "", null)]
    [InlineData("Development", null, "RabbitMq")]
    [InlineData("Development", "localhost", null)]
    public async Task A_service_that_needs_a_broker_does_not_start_without_one_and_says_what_to_set(string environment, string? broker, string? transport)
    {
        var configuration = Configuration(environment, broker);
        configuration["Messaging:Transport"] = transport;
        await using var host = MessagingHost.Build("auth", configuration);

        var refused = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);

        Assert.Contains("ConnectionStrings:RabbitMq", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_queue_is_named_after_its_service_and_its_event()
    {
        var broker = new InProcessBroker("order");
        await using var host = await MessagingHost.StartAsync(
            "order",
            Configuration("Development", null),
            bus =>
            {
                bus.AddConsumer<OrderStatusChangedConsumer>();
                bus.AddConsumer<UserRegisteredConsumer>();
            },
            builder => builder.Services.AddSingleton(broker));

        await broker.ConnectedAsync(["order-order-status-changed", "order-user-registered"])
            .WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken);
        Assert.Empty(broker.Missing([typeof(OrderStatusChanged), typeof(UserRegistered)]));
    }

    [Fact]
    public void An_event_that_is_not_in_the_table_cannot_be_written()
    {
        Assert.Throws<ArgumentException>(() => Outbox.Holding(Events.At, "not an event"));
        Assert.Throws<ArgumentException>(() => Builders<Thing>.Update.Set(t => t.Version, 2).Publishing(Events.At, "not an event"));
        Assert.Throws<ArgumentException>(() => new ServiceCollection().AddOutboxRelay("things", typeof(string)));
    }

    [Fact]
    public void A_document_without_events_is_not_due()
    {
        Assert.Null(Outbox.Holding(Events.At).PendingAt);
    }

    private static Dictionary<string, string?> Configuration(string environment, string? broker) =>
        new() { ["environment"] = environment, ["ConnectionStrings:RabbitMq"] = broker };

    private sealed class UserRegisteredConsumer : IConsumer<UserRegistered>
    {
        public Task Consume(ConsumeContext<UserRegistered> context) => Task.CompletedTask;
    }

    private sealed class OrderStatusChangedConsumer : IConsumer<OrderStatusChanged>
    {
        public Task Consume(ConsumeContext<OrderStatusChanged> context) => Task.CompletedTask;
    }
}
