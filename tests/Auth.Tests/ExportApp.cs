using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Visuels.Testing;

namespace Visuels.Auth.Tests;

/// <summary>Auth beside four services that do what a test wants.</summary>
public class ExportApp : AuthApp
{
    private WebApplication? _others;

    /// <summary>What a service does instead of answering <c>{"of": name}</c>; by its name.</summary>
    public ConcurrentDictionary<string, Func<HttpContext, Task>> Instead { get; } = new();

    /// <summary>What each was last asked with: its own token and the user's.</summary>
    public ConcurrentDictionary<string, (string Service, string User)> Asked { get; } = new();

    public override void Prepare(TestSetup test)
    {
        foreach (var name in new[] { "product", "order", "chat", "jobs" })
        {
            test.Settings[$"Services:{name}"] = _others!.Urls.First();
        }
    }

    public override async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        _others = builder.Build();
        foreach (var (name, path) in new[]
        {
            ("product", "/api/v1/products/internal/export"), ("order", "/api/v1/order/internal/export"),
            ("chat", "/api/v1/message/internal/export"), ("jobs", "/internal/export"),
        })
        {
            _others.MapGet(path, context =>
            {
                Asked[name] = (context.Request.Headers.Authorization.ToString(), context.Request.Headers["X-User-Token"].ToString());
                return Instead.TryGetValue(name, out var instead) ? instead(context) : context.Response.WriteAsJsonAsync(new { of = name });
            });
        }

        await _others.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await _others!.DisposeAsync();
    }
}

/// <summary>The same where uploads are cut off soon.</summary>
public sealed class ExportAppThatCutsUploads : ExportApp
{
    public override void Prepare(TestSetup test)
    {
        base.Prepare(test);
        test.Settings["Requests:UploadTimeout"] = "00:00:00.2";
    }
}

internal static class ExportRequests
{
    public static Task<HttpResponseMessage> Export(this Member member, HttpCompletionOption until = HttpCompletionOption.ResponseContentRead) =>
        member.Http.GetAsync("/api/v1/auth/me/export", until, TestContext.Current.CancellationToken);
}
