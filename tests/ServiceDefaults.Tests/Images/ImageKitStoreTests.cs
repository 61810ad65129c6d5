using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Images;

/// <summary>Against a host on loopback that answers as ImageKit's published API does, or not at all.</summary>
[Proves(Requirement.ImageHost)]
public sealed class ImageKitStoreTests : IAsyncLifetime
{
    private const string Upload = "POST /api/v1/files/upload";
    private static readonly ProcessedImage Image = new([1, 2, 3], "jpg", 120, 90, "data:,", "#000000");
    private static readonly string Name = ImageNames.New(Image);

    private FakeImageKit _host = null!;
    private ServiceProvider _services = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IImageStore Store => _services.GetRequiredService<IImageStore>();

    public async ValueTask InitializeAsync()
    {
        _host = await FakeImageKit.StartAsync();
        _services = Services(_host.Settings);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_picture_is_uploaded_under_its_name_and_remembered_by_id_and_url()
    {
        var stored = await Store.SaveAsync(Image, Name, Ct);

        var file = Assert.Single(_host.Files.Values);
        Assert.Equal((file.Id, $"{FakeImageKit.UrlEndpoint}/visuels/products/{Name}", 120), (stored.FileId, stored.Url, stored.Width));
        Assert.Equal($"/visuels/products/{Name}", file.Path);
        Assert.Equal(Image.Bytes, file.Bytes);
    }

    [Fact]
    public async Task A_picture_is_found_by_its_name_and_deleted_by_its_id_and_one_that_is_gone_is_no_error()
    {
        var stored = await Store.SaveAsync(Image, Name, Ct);

        Assert.Equal(stored.FileId, await Store.FindAsync(Name, Ct));
        await Store.DeleteAsync(stored.FileId, Ct);
        await Store.DeleteAsync(stored.FileId, Ct);

        Assert.Empty(_host.Files);
        Assert.Null(await Store.FindAsync(Name, Ct));
        Assert.Null(await Store.FindAsync("x\" OR name : \"", Ct));
    }

    [Fact]
    public async Task All_pictures_older_than_a_time_are_listed_page_by_page()
    {
        var now = DateTimeOffset.UtcNow;
        var names = Enumerable.Range(0, 1001).Select(_ => ImageNames.New(Image)).ToList();
        for (var i = 0; i < names.Count; i++)
        {
            _host.Files[$"f{i}"] = new($"f{i}", $"/visuels/products/{names[i]}", [], now.AddHours(i < 1000 ? -2 : 0));
        }

        _host.Files["other"] = new("other", $"/visuels/artists/{names[0]}", [], now.AddHours(-2));
        _host.Files["foreign"] = new("foreign", "/visuels/products/logo.png", [], now.AddHours(-2));

        var listed = await Store.ListAsync(now.AddHours(-1), Ct).Select(file => file.Name).ToListAsync(Ct);

        Assert.Equal(names.Take(1000).Order(), listed.Order());
    }

    [Fact]
    public async Task A_try_that_fails_is_repeated_once_and_leaves_one_picture()
    {
        var fails = 1;
        _host.After = context => Interlocked.Decrement(ref fails) >= 0 ? FakeImageKit.ErrorAsync(context, 502, "Bad gateway") : Task.FromResult(false);

        var stored = await Store.SaveAsync(Image, Name, Ct);

        Assert.Equal(stored.FileId, Assert.Single(_host.Files).Key);
        Assert.Equal([Upload, Upload], _host.Requests);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(403)]
    [InlineData(429)]
    public async Task What_is_refused_is_not_asked_again(int status)
    {
        _host.Before = context =>
        {
            context.Response.Headers.RetryAfter = "60";
            context.Response.Headers["X-RateLimit-Reset"] = "60000";
            return FakeImageKit.ErrorAsync(context, status, "secret words about private_x");
        };

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Store.DeleteAsync("file-1", Ct));
        var refused = await Assert.ThrowsAsync<DependencyUnavailableException>(() => Store.SaveAsync(Image, Name, Ct));

        Assert.Equal($"ImageKit (it answered {status}) is not available.", refused.Message);
        Assert.Equal(2, _host.Requests.Count);
    }

    public static TheoryData<string, Func<HttpContext, Task>> BadAnswers => new()
    {
        { "server error", context => FakeImageKit.ErrorAsync(context, 500, "secret words") },
        { "redirect", context => { context.Response.Redirect("/api/v1/files/elsewhere", permanent: false, preserveMethod: true); return Task.CompletedTask; } },
        { "text", context => context.Response.WriteAsync("<html>Please sign in</html>") },
        { "cut json", context => context.Response.WriteAsync("{\"fileId\":\"a\",") },
        { "null", context => context.Response.WriteAsync("null") },
        { "other json", context => context.Response.WriteAsync("[1]") },
        { "no file", context => context.Response.WriteAsync("{\"message\":\"ok\"}") },
        { "binary", context => context.Response.Body.WriteAsync(new byte[] { 0xFF, 0xFE, 0, 0xD8 }).AsTask() },
        { "bad charset", context => { context.Response.ContentType = "application/json; charset=klingon"; return context.Response.WriteAsync("{}"); } },
        { "cut body", CutAsync },
        { "reset", context => { context.Abort(); return Task.CompletedTask; } },
        { "hang", context => Task.Delay(Timeout.Infinite, context.RequestAborted) },
        { "drip", BadBodies.DripAsync },
        { "endless body", BadBodies.EndlessAsync },
    };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task An_answer_that_is_none_ends_the_call_within_its_bounds(string kind, Func<HttpContext, Task> answer)
    {
        _ = kind;
        await using var hasty = Services(_host.Settings, ("ImageKit:Timeout", "00:00:00.3"), ("ImageKit:TotalTimeout", "00:00:00.8"));
        // By then a connection is there, and what is asked next is on its way at once.
        await Eventually.Until(() => IsReachedAsync(hasty), "the host answers in time");
        _host.Requests.Clear();
        _host.Before = async context =>
        {
            await answer(context);
            return true;
        };

        var failed = await Assert.ThrowsAsync<DependencyUnavailableException>(() => hasty.GetRequiredService<IImageStore>().SaveAsync(Image, Name, Ct));

        Assert.DoesNotContain("secret", failed.ToString(), StringComparison.Ordinal);
        await Eventually.Until(() => !_host.Requests.IsEmpty, "the host has heard of it");
        Assert.All(_host.Requests, request => Assert.Equal(Upload, request));
        Assert.InRange(_host.Requests.Count, 1, 2);
    }

    [Theory]
    [InlineData("https://evil.example/visuels/visuels/products/{0}")]
    [InlineData(FakeImageKit.UrlEndpoint + ".evil.example/visuels/products/{0}")]
    [InlineData(FakeImageKit.UrlEndpoint + "/visuels/products/other.jpg")]
    [InlineData("javascript:alert(1)")]
    public async Task A_url_that_is_not_of_this_file_in_our_account_is_never_stored(string url)
    {
        _host.UrlOf = _ => string.Format(System.Globalization.CultureInfo.InvariantCulture, url, Name);

        await Assert.ThrowsAsync<DependencyUnavailableException>(() => Store.SaveAsync(Image, Name, Ct));
    }

    [Fact]
    public async Task While_most_calls_fail_nobody_waits_for_another()
    {
        var clock = new FakeTimeProvider();
        await using var services = Services(_host.Settings, clock);
        _host.Before = context => FakeImageKit.ErrorAsync(context, 500, "down");

        for (var i = 0; i < 20; i++)
        {
            var asked = _host.Requests.Count;
            var failing = services.GetRequiredService<IImageStore>().DeleteAsync("file-1", Ct);
            await Eventually.Until(
                () =>
                {
                    // The pause before the second try, where a first was made.
                    clock.Advance(TimeSpan.FromMilliseconds(_host.Requests.Count > asked ? 20 : 0));
                    return failing.IsCompleted;
                },
                "the call has failed");
            await Assert.ThrowsAsync<DependencyUnavailableException>(() => failing);
        }

        // It opens with the twentieth request, and a call makes two.
        Assert.InRange(_host.Requests.Count, 20, 21);
    }

    [Fact]
    public async Task A_caller_that_leaves_ends_the_call_and_is_no_outage()
    {
        using var caller = new CancellationTokenSource();
        _host.Before = async context =>
        {
            await caller.CancelAsync();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Store.SaveAsync(Image, Name, caller.Token));
    }

    private static async Task CutAsync(HttpContext context)
    {
        context.Response.ContentLength = 1000;
        await context.Response.WriteAsync("{\"fileId\":\"a\"");
        await context.Response.Body.FlushAsync();
        context.Abort();
    }

    private static async Task<bool> IsReachedAsync(ServiceProvider services)
    {
        try
        {
            await services.GetRequiredService<IImageStore>().SaveAsync(Image, Name, Ct);
            return true;
        }
        catch (DependencyUnavailableException)
        {
            return false;
        }
    }

    private static ServiceProvider Services(Dictionary<string, string?> settings, params (string Key, string Value)[] more) => Services(settings, TimeProvider.System, more);

    private static ServiceProvider Services(Dictionary<string, string?> settings, TimeProvider clock, params (string Key, string Value)[] more)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Configuration.AddInMemoryCollection(more.ToDictionary(setting => setting.Key, setting => (string?)setting.Value));
        builder.Services.AddSingleton(clock);
        builder.AddImages<NoReferences>("products");
        return builder.Services.BuildServiceProvider();
    }
}
