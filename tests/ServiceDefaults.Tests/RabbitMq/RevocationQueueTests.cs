using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>Revocations over a broker: each instance has a queue of its own.</summary>
[Collection(nameof(RabbitMqHosts)), Proves(Requirement.Revocation)]
public sealed class RevocationQueueTests(RabbitMqHosts hosts)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Both_instances_hear_of_it_and_leave_nothing_behind_when_they_go()
    {
        Assert.SkipWhen(hosts.Node is null, "Needs an installed rabbitmq-server, which lists its queues.");
        var (host, connectionString) = await hosts.NextAsync();
        await using var instances = await RevokingInstances.StartAsync(connectionString);
        async Task<string[]> ListAsync(string what) =>
            [.. (await hosts.Node.ListAsync(what, Ct, "name", "type", "-p", host)).Where(line => line.StartsWith("product-revocation-", StringComparison.Ordinal))];
        var queues = await ListAsync("queues");
        Assert.Equal(2, queues.Length);
        Assert.All(queues, line => Assert.EndsWith("\tclassic", line, StringComparison.Ordinal));

        await instances.PublishAsync(version: 2);
        await instances.RefusedAsync();

        await instances.Second.StopAsync();
        await Eventually.Until(async () => (await ListAsync("queues")).Length == 1, "the queue goes with its instance");
        await Eventually.Until(async () => (await ListAsync("exchanges")).Length == 1, "so does its exchange");
        // One instance is enough for an event to be told, and none is needed for it to be published.
        await instances.First.StopAsync();
        await Eventually.Until(async () => (await ListAsync("queues")).Length == 0, "the last queue is gone");
        await instances.PublishAsync(version: 3);
    }
}

/// <summary>The same, while the broker is away.</summary>
[Collection(nameof(MortalNode)), Proves(Requirement.Revocation)]
public sealed class RevocationOutageTests(MortalNode mortal)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task While_the_broker_is_down_auth_is_asked_and_again_as_soon_as_it_is_back()
    {
        var (node, host, connectionString) = mortal.Next();
        await using var instances = await RevokingInstances.StartAsync(connectionString);
        var auth = instances.First.Auth;
        // One that is killed before that never answers again, and its service would still wait for it at its stop.
        foreach (var queue in new[] { "product-user-registered", "product-user-updated", "product-user-deleted" })
        {
            await node.QueueIsOnDiskAsync($"{host}_{queue}");
        }

        node.Kill();
        auth.Revoked.Enqueue(instances.Revoked(version: 2));

        // Half a minute, in steps: an instance may not wait for its turn yet.
        await instances.RefusedAsync(meanwhile: () => instances.Clock.Advance(TimeSpan.FromSeconds(1)));

        var asked = auth.RevocationCalls;
        await node.StartAgainAsync(Ct);
        // Not by the clock, which stands still: what was published while nobody listened went by.
        await Eventually.Until(() => auth.RevocationCalls >= asked + 2, "both instances ask", TimeSpan.FromMinutes(2));
    }
}
