using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Visuels.Testing;

/// <summary>A host on loopback that keeps files as ImageKit's published API says, and misbehaves when told to.</summary>
public sealed partial class FakeImageKit : IAsyncDisposable
{
    public const string PrivateKey = "private_x";
    public const string UrlEndpoint = "https://ik.example/visuels";

    private readonly WebApplication _app;
    private int _lastId;

    private FakeImageKit(WebApplication app) => _app = app;

    /// <summary>What is stored, by file id.</summary>
    public ConcurrentDictionary<string, FakeImageKitFile> Files { get; } = new();

    /// <summary>Requests so far, as <c>POST /api/v1/files/upload</c>.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    /// <summary>Called before a request is handled; answers itself by returning true.</summary>
    public Func<HttpContext, Task<bool>> Before { get; set; } = _ => Task.FromResult(false);

    /// <summary>Called after a request has had its effect and before it is answered; answers itself by returning true.</summary>
    public Func<HttpContext, Task<bool>> After { get; set; } = _ => Task.FromResult(false);

    /// <summary>The URL that an upload is answered with.</summary>
    public Func<string, string> UrlOf { get; set; } = path => UrlEndpoint + path;

    public string UploadUrl => $"{_app.Urls.First()}/api/v1/files/upload";

    public string FilesUrl => $"{_app.Urls.First()}/v1/files";

    /// <summary>What makes a service use it, and be patient with it.</summary>
    public Dictionary<string, string?> Settings => new()
    {
        ["ImageKit:PrivateKey"] = PrivateKey,
        ["ImageKit:UrlEndpoint"] = UrlEndpoint,
        ["ImageKit:UploadUrl"] = UploadUrl,
        ["ImageKit:FilesUrl"] = FilesUrl,
        ["ImageKit:Timeout"] = "00:00:10",
        ["ImageKit:TotalTimeout"] = "00:00:30",
    };

    public static async Task<FakeImageKit> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        var app = builder.Build();
        var fake = new FakeImageKit(app);
        app.Use(fake.GuardAsync);
        app.MapPost("/api/v1/files/upload", (Delegate)fake.UploadAsync);
        app.MapDelete("/v1/files/{id}", fake.Delete);
        app.MapGet("/v1/files", fake.List);
        await app.StartAsync();
        return fake;
    }

    /// <summary>An error as ImageKit tells it.</summary>
    public static async Task<bool> ErrorAsync(HttpContext context, int status, string message)
    {
        context.Response.StatusCode = status;
        await context.Response.WriteAsJsonAsync(new { message, help = "For support kindly contact us." });
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        Requests.Enqueue($"{context.Request.Method} {context.Request.Path}");
        if (await Before(context))
        {
            return;
        }

        if (context.Request.Headers.Authorization != "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes(PrivateKey + ":")))
        {
            await ErrorAsync(context, StatusCodes.Status403Forbidden, "Your account cannot be authenticated.");
            return;
        }

        await next(context);
    }

    private async Task UploadAsync(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync(context.RequestAborted);
        using var bytes = new MemoryStream();
        await form.Files["file"]!.CopyToAsync(bytes, context.RequestAborted);
        var path = $"{form["folder"].ToString().TrimEnd('/')}/{form["fileName"]}";
        // A name that is not made unique takes the place of its namesake.
        var id = form["useUniqueFileName"] == "false" && Files.FirstOrDefault(file => file.Value.Path == path).Key is { } known
            ? known
            : $"file-{Interlocked.Increment(ref _lastId)}";
        Files[id] = new FakeImageKitFile(id, path, bytes.ToArray(), DateTimeOffset.UtcNow);
        if (!await After(context))
        {
            await context.Response.WriteAsJsonAsync(
                new { fileId = id, name = form["fileName"].ToString(), size = bytes.Length, filePath = path, url = UrlOf(path), fileType = "image", AITags = (string?)null },
                context.RequestAborted);
        }
    }

    private Task Delete(HttpContext context, string id)
    {
        if (!Files.TryRemove(id, out _))
        {
            return ErrorAsync(context, StatusCodes.Status404NotFound, "The requested file does not exist.");
        }

        context.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private object List(string path, int limit, int skip, string searchQuery)
    {
        var wanted = Files.Values.Where(file => file.Path.StartsWith(path + "/", StringComparison.Ordinal));
        wanted = NameQuery().Match(searchQuery) is { Success: true } byName ? wanted.Where(file => file.Name == byName.Groups[1].Value)
            : TimeQuery().Match(searchQuery) is { Success: true } byTime ? wanted.Where(file =>
                file.CreatedAt < DateTimeOffset.Parse(byTime.Groups[1].Value, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal))
            : throw new BadHttpRequestException("This fake does not know the expression.");
        return wanted.OrderBy(file => file.CreatedAt).Skip(skip).Take(limit)
            .Select(file => new { type = "file", fileId = file.Id, name = file.Name, filePath = file.Path, url = UrlOf(file.Path), createdAt = file.CreatedAt, tags = (string[]?)null });
    }

    [GeneratedRegex("^name = \"([^\"]+)\"$")]
    private static partial Regex NameQuery();

    [GeneratedRegex("^createdAt < \"([^\"]+)\"$")]
    private static partial Regex TimeQuery();
}

/// <summary>A file at the fake.</summary>
public sealed record FakeImageKitFile(string Id, string Path, byte[] Bytes, DateTimeOffset CreatedAt)
{
    public string Name => Path[(Path.LastIndexOf('/') + 1)..];
}
