using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Visuels.Testing;

namespace Visuels.Gateway.Tests;

/// <summary>The Gateway on a free port, in front of <see cref="Backends"/>.</summary>
public sealed class GatewayApp : IAsyncLifetime
{
    private WebApplication _app = null!;

    public Backends Backends { get; private set; } = null!;

    public HttpClient Client { get; private set; } = null!;

    public Uri Address => new(_app.Urls.First());

    public static string Token(DateTimeOffset expires)
    {
        var payload = WebEncoders.Base64UrlEncode(Encoding.UTF8.GetBytes($$"""{"exp":{{expires.ToUnixTimeSeconds()}}}"""));
        return $"eyJhbGciOiJFUzI1NiJ9.{payload}.c2lnbmF0dXJl";
    }

    public async ValueTask InitializeAsync()
    {
        Backends = await Backends.StartAsync();
        _app = await StartAsync(Backends.Address);
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public static async Task<WebApplication> StartAsync(string services, string? auth = null, TimeProvider? clock = null, params (string Key, string Value)[] settings)
    {
        var app = GatewayService.Build(["--environment=Development"], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Error);
            builder.Configuration.AddInMemoryCollection(new[] { "auth", "product", "order", "chat", "jobs" }
                .ToDictionary(service => $"Services:{service}", service => (string?)(service == "auth" ? auth ?? services : services)));
            builder.Configuration.AddInMemoryCollection(Unhurried.Settings);
            builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
            builder.Services.AddSingleton(clock ?? TimeProvider.System);
        });
        await app.StartAsync();
        return app;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        await Backends.DisposeAsync();
    }
}
