using System.Net;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>Revocations over a broker: each instance has a queue of its own.</summary>
[Collection(nameof(RabbitMqTests)), Proves(Requirement.Revocation)]
public sealed class RevocationQueueTests : IAsyncLifetime
{
    private readonly ObjectId _user = ObjectId.GenerateNewId();
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private RabbitMqNode _node = null!;
    private ServiceUnderTest _first = null!;
    private ServiceUnderTest _second = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RabbitMqNode.IsInstalled, RabbitMqBroker.Missing);
        _node = await RabbitMqNode.StartAsync(Ct);
        _first = await StartAsync(null);
        _second = await StartAsync(_first);
    }

    public async ValueTask DisposeAsync()
    {
        if (_second is not null)
        {
            await _second.StopAsync();
        }

        if (_first is not null)
        {
            await _first.DisposeAsync();
        }

        if (_node is not null)
        {
            await _node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Both_instances_hear_of_it_and_leave_nothing_behind_when_they_go()
    {
        Assert.Equal(2, (await QueuesAsync()).Count);
        Assert.All(await QueuesAsync(), line => Assert.EndsWith("\tclassic", line, StringComparison.Ordinal));

        await PublishAsync(Revoked(version: 2));
        await RefusedAsync(_first);
        await RefusedAsync(_second);

        await _second.StopAsync();
        await Eventually.Until(async () => (await QueuesAsync()).Count == 1, "the queue goes with its instance");
        await Eventually.Until(async () => (await RevocationsAmong("exchanges")).Count == 1, "so does its exchange");
        // One instance is enough for an event to be told, and none is needed for it to be published.
        await _first.StopAsync();
        await Eventually.Until(async () => (await QueuesAsync()).Count == 0, "the last queue is gone");
        await PublishAsync(Revoked(version: 3));
        (_first, _second) = (await StartAsync(_first), await StartAsync(_first));
    }

    [Fact]
    public async Task While_the_broker_is_down_auth_is_asked_and_again_as_soon_as_it_is_back()
    {
        _node.Kill();
        _first.Auth.Revoked.Enqueue(Revoked(version: 2));

        _clock.Advance(TimeSpan.FromSeconds(30));

        await RefusedAsync(_first);
        await RefusedAsync(_second);
        var asked = _first.Auth.RevocationCalls;
        await _node.StartAgainAsync(Ct);
        // Not by the clock, which stands still: what was published while nobody listened went by.
        await Eventually.Until(() => Task.FromResult(_first.Auth.RevocationCalls >= asked + 2), "both instances ask", TimeSpan.FromSeconds(60));
    }

    private Task<ServiceUnderTest> StartAsync(ServiceUnderTest? beside) => ServiceUnderTest.StartAsync(SampleService.Build, test =>
    {
        (test.Restarts, test.Clock) = (beside, _clock);
        test.Settings["Messaging:Transport"] = "RabbitMq";
        test.Settings["ConnectionStrings:RabbitMq"] = _node.ConnectionString;
    });

    private async Task PublishAsync(object @event)
    {
        await using var auth = await MessagingHost.StartAsync("auth", new Dictionary<string, string?> { ["ConnectionStrings:RabbitMq"] = _node.ConnectionString });
        var entry = OutboxEntry.Of(@event, _clock.GetUtcNow());
        await auth.Publisher.PublishAsync(entry, Ct).WaitAsync(TimeSpan.FromSeconds(30), Ct);
    }

    private SessionsRevoked Revoked(long version) => new(_user.ToString(), version, 1, 1, null, Roles.User, _clock.GetUtcNow());

    private async Task RefusedAsync(ServiceUnderTest service)
    {
        using var client = service.As(_user, Roles.User);
        await Eventually.Until(async () => (await client.GetAsync("/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, "the token is refused");
    }

    private Task<IReadOnlyList<string>> QueuesAsync() => RevocationsAmong("queues");

    private async Task<IReadOnlyList<string>> RevocationsAmong(string what) =>
        [.. (await _node.ListAsync(what, Ct, "name", "type")).Where(line => line.StartsWith("product-revocation-", StringComparison.Ordinal))];
}
