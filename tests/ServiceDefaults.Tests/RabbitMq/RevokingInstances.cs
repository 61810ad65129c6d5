using System.Net;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Tests.Messaging;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.RabbitMq;

/// <summary>Two instances of a service on one broker, and a user whose tokens are revoked.</summary>
internal sealed class RevokingInstances : IAsyncDisposable
{
    private readonly ObjectId _user = ObjectId.GenerateNewId();
    private readonly string _connectionString;

    private RevokingInstances(string connectionString) => _connectionString = connectionString;

    public FakeTimeProvider Clock { get; } = new(DateTimeOffset.UtcNow);

    public ServiceUnderTest First { get; private set; } = null!;

    public ServiceUnderTest Second { get; private set; } = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static async Task<RevokingInstances> StartAsync(string connectionString)
    {
        var instances = new RevokingInstances(connectionString);
        instances.First = await instances.StartAsync(beside: null);
        instances.Second = await instances.StartAsync(instances.First);
        return instances;
    }

    public async ValueTask DisposeAsync()
    {
        await Second.StopAsync();
        await First.DisposeAsync();
    }

    public SessionsRevoked Revoked(long version) => new(_user.ToString(), version, 1, 1, null, Roles.User, Clock.GetUtcNow());

    /// <summary>Has Auth tell of a revocation.</summary>
    public async Task PublishAsync(long version)
    {
        await using var auth = await MessagingHost.StartAsync("auth", new Dictionary<string, string?> { ["ConnectionStrings:RabbitMq"] = _connectionString });
        await auth.PublishAsync(Revoked(version));
    }

    /// <summary>Until both instances refuse the user's token.</summary>
    public async Task RefusedAsync(Action? meanwhile = null)
    {
        foreach (var instance in new[] { First, Second })
        {
            using var client = instance.As(_user, Roles.User);
            await Eventually.Until(
                async () =>
                {
                    meanwhile?.Invoke();
                    return (await client.GetAsync("/me", Ct)).StatusCode == HttpStatusCode.Unauthorized;
                },
                "the token is refused");
        }
    }

    private Task<ServiceUnderTest> StartAsync(ServiceUnderTest? beside) => ServiceUnderTest.StartAsync(SampleService.Build, test =>
    {
        (test.Restarts, test.Clock) = (beside, Clock);
        test.Settings["Messaging:Transport"] = "RabbitMq";
        test.Settings["ConnectionStrings:RabbitMq"] = _connectionString;
    });
}
