using System.Net.Http.Headers;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Testing;

/// <summary>What a test sets before its service starts.</summary>
public sealed class TestSetup
{
    /// <summary>
    /// Configuration, for example <c>["RateLimiting:Enabled"] = "true"</c>. Schedules run when they are told to, and requests may take their
    /// time: a machine that is busy with other tests is no outage.
    /// </summary>
    public Dictionary<string, string?> Settings { get; } = new()
    {
        ["RateLimiting:Enabled"] = "false",
        ["Scheduling:Enabled"] = "false",
        ["Requests:Timeout"] = Unhurried.Settings["Requests:Timeout"],
        ["Requests:UploadTimeout"] = Unhurried.Settings["Requests:UploadTimeout"],
    };

    /// <summary>The service's clock. Tokens made by <see cref="ServiceUnderTest.As"/> follow it.</summary>
    public TimeProvider Clock { get; set; } = TimeProvider.System;

    /// <summary>Development unless set; the only one that maps development routes.</summary>
    public string Environment { get; set; } = Environments.Development;

    /// <summary>Whatever else the builder needs.</summary>
    public Action<WebApplicationBuilder>? Configure { get; set; }

    /// <summary>Database prefix and keys of an earlier instance, to start it again on the same data.</summary>
    public ServiceUnderTest? Restarts { get; set; }
}

/// <summary>One service on a real port, with a database of its own, the in-memory bus and a fake Auth.</summary>
public sealed class ServiceUnderTest : IAsyncDisposable
{
    private readonly TimeProvider _clock;
    private readonly string _prefix;

    private ServiceUnderTest(WebApplication app, TestKeys keys, FakeAuth auth, TestBus bus, InProcessBroker broker, TimeProvider clock, string prefix)
    {
        (App, Keys, Auth, Bus, Broker, _clock, _prefix) = (app, keys, auth, bus, broker, clock, prefix);
        Anonymous = Client(null);
    }

    public WebApplication App { get; }

    public TestKeys Keys { get; }

    public FakeAuth Auth { get; }

    public TestBus Bus { get; }

    public InProcessBroker Broker { get; }

    public IServiceProvider Services => App.Services;

    public IMongoDatabase Database => Services.GetRequiredService<IMongoDatabase>();

    public Uri Address => new(App.Urls.First());

    /// <summary>A client without any token.</summary>
    public HttpClient Anonymous { get; }

    /// <summary>Starts a service.</summary>
    /// <param name="build">For example <c>OrderService.Build</c>.</param>
    /// <param name="setup">What the test sets.</param>
    public static async Task<ServiceUnderTest> StartAsync(
        Func<string[], Action<WebApplicationBuilder>?, WebApplication> build, Action<TestSetup>? setup = null)
    {
        var test = new TestSetup();
        setup?.Invoke(test);

        var keys = test.Restarts?.Keys ?? new TestKeys();
        var auth = test.Restarts?.Auth ?? await FakeAuth.StartAsync(keys);
        var prefix = test.Restarts?._prefix ?? $"t{Guid.NewGuid():N}"[..12] + "-";
        var store = Unhurried.Store(await TestStore.ConnectionStringAsync());
        // The probe is the only other service of this process: no relay waits for the queues of those that are not here.
        var broker = test.Restarts?.Broker ?? new InProcessBroker("probe");

        var app = build([$"--environment={test.Environment}"], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
            {
                ["ConnectionStrings:Mongo"] = store,
                ["Mongo:DatabasePrefix"] = prefix,
                ["Messaging:Transport"] = "InMemory",
                ["Messaging:RetryCount"] = "0",
                ["Keys:Folder"] = keys.Folder,
                ["Services:auth"] = auth.Address.ToString(),
            });
            builder.Configuration.AddInMemoryCollection(Unhurried.Settings);
            builder.Configuration.AddInMemoryCollection(test.Settings);
            builder.Services.AddSingleton(test.Clock);
            builder.Services.AddSingleton(broker);
            test.Configure?.Invoke(builder);
        });
        await app.StartAsync();
        await app.Services.GetRequiredService<IBusControl>().WaitForHealthStatus(BusHealthStatus.Healthy, Eventually.Patience);
        var bus = test.Restarts?.Bus ?? await TestBus.StartAsync(broker);
        return new ServiceUnderTest(app, keys, auth, bus, broker, test.Clock, prefix);
    }

    /// <summary>A client with a user's access token.</summary>
    public HttpClient As(ObjectId user, string role) => Client(Keys.AccessToken(user, role, _clock.GetUtcNow()));

    /// <summary>A client with another service's tokens, a fresh one for each call.</summary>
    /// <param name="service">The caller.</param>
    /// <param name="audience">This service.</param>
    public HttpClient AsService(string service, string audience) => new(
        new SigningHandler(call => Keys.ServiceToken(service, audience, call.Method, call.RequestUri!, _clock.GetUtcNow())))
    { BaseAddress = Address };

    /// <summary>A client with any bearer token, or none. Cookies are the test's business.</summary>
    public HttpClient Client(string? token)
    {
        var client = new HttpClient(NewHandler()) { BaseAddress = Address };
        if (token is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return client;
    }

    /// <summary>Has everything that holds data of people forget somebody, as <c>UserDeleted</c> does.</summary>
    public async Task ForgetAsync(ObjectId user, CancellationToken ct)
    {
        foreach (var holder in Services.GetServices<IForgetsUsers>())
        {
            await holder.ForgetAsync(user, ct);
        }
    }

    /// <summary>Stops the service as a signal would; what it shares with a successor stays.</summary>
    public async Task StopAsync()
    {
        await App.StopAsync();
        await App.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        Anonymous.Dispose();
        await StopAsync();
        await Bus.DisposeAsync();
        await Auth.DisposeAsync();
    }

    // Who asks beforehand whether a body is wanted waits for the answer, however busy the machine is.
    private static SocketsHttpHandler NewHandler() => new() { UseCookies = false, AllowAutoRedirect = false, Expect100ContinueTimeout = Eventually.Patience };

    private sealed class SigningHandler(Func<HttpRequestMessage, string> token)
        : DelegatingHandler(NewHandler())
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token(request));
            return base.SendAsync(request, cancellationToken);
        }
    }
}
