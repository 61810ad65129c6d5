using System.Collections.Concurrent;
using System.Net.WebSockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Visuels.Gateway.Tests;

/// <summary>Every service at once, on one loopback port: remembers what reached it, and plays Auth's part in renewals.</summary>
public sealed class Backends : IAsyncDisposable
{
    private readonly WebApplication _app;

    private Backends(WebApplication app) => _app = app;

    /// <summary>What reached a service, apart from renewals.</summary>
    public ConcurrentQueue<SeenRequest> Seen { get; } = new();

    /// <summary>The refresh tokens that Auth was asked to renew.</summary>
    public ConcurrentQueue<string?> Renewals { get; } = new();

    /// <summary>Answers a renewal.</summary>
    public Func<HttpContext, Task> Renew { get; set; } = _ => Task.CompletedTask;

    /// <summary>Answers everything else.</summary>
    public Func<HttpContext, Task> Answer { get; set; } = context => context.Response.WriteAsync("ok");

    public string Address => _app.Urls.First();

    public static async Task<Backends> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var backends = new Backends(app);
        app.UseWebSockets();
        app.Run(backends.HandleAsync);
        await app.StartAsync();
        return backends;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        var request = context.Request;
        if (request.Path == "/api/v1/auth/refresh" && request.Method == "POST")
        {
            Renewals.Enqueue(request.Cookies["refresh"]);
            await Renew(context);
            return;
        }

        Seen.Enqueue(new SeenRequest(
            request.Method,
            request.Path + request.QueryString,
            request.Cookies.ToDictionary(),
            request.Headers["X-Forwarded-For"].ToString()));
        if (context.WebSockets.IsWebSocketRequest)
        {
            using var socket = await context.WebSockets.AcceptWebSocketAsync();
            var buffer = new byte[64];
            var received = await socket.ReceiveAsync(buffer, context.RequestAborted);
            await socket.SendAsync(buffer.AsMemory(0, received.Count), WebSocketMessageType.Text, true, context.RequestAborted);
            await socket.CloseAsync(WebSocketCloseStatus.NormalClosure, null, context.RequestAborted);
            return;
        }

        await Answer(context);
    }
}

public sealed record SeenRequest(string Method, string Path, Dictionary<string, string> Cookies, string ForwardedFor);
