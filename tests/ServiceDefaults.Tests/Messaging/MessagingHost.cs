using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>A service that has nothing but its bus.</summary>
internal sealed class MessagingHost(WebApplication app, Recorder recorder, LogLines log) : IAsyncDisposable
{
    public WebApplication App => app;

    public IServiceProvider Services => app.Services;

    public Recorder Seen => recorder;

    public LogLines Log => log;

    public EventPublisher Publisher => Services.GetRequiredService<EventPublisher>();

    public static async Task<MessagingHost> StartAsync(
        string service,
        IDictionary<string, string?> configuration,
        Action<IBusRegistrationConfigurator>? consumers = null,
        Action<WebApplicationBuilder>? setup = null)
    {
        var host = Build(service, configuration, consumers, setup);
        await host.StartAsync();
        return host;
    }

    public static MessagingHost Build(
        string service,
        IDictionary<string, string?> configuration,
        Action<IBusRegistrationConfigurator>? consumers = null,
        Action<WebApplicationBuilder>? setup = null)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { EnvironmentName = configuration.TryGetValue("environment", out var name) ? name : "Development" });
        var recorder = new Recorder();
        var log = new LogLines();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(configuration);
        builder.Services.AddSingleton(recorder);
        // In the order of the services: who is registered later, like a relay, stops earlier.
        builder.AddMessaging(service, bus => consumers?.Invoke(bus));
        setup?.Invoke(builder);
        builder.Services.TryAddSingleton<ReaderQueues>();
        builder.Services.TryAddSingleton<EventPublisher>();
        var app = builder.Build();
        return new MessagingHost(app, recorder, log);
    }

    public Task StartAsync() => app.StartAsync(TestContext.Current.CancellationToken);

    public Task StopAsync() => app.StopAsync(TestContext.Current.CancellationToken);

    public ValueTask DisposeAsync() => app.DisposeAsync();
}
