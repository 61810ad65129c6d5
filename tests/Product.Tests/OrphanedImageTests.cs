using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;

namespace Visuels.Products.Tests;

public sealed class OrphanedImageTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("visuels-images-");
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly List<ServiceUnderTest> _services = [];
    private FakeImageKit? _imageKit;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _imageKit = await FakeImageKit.StartAsync();

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services)
        {
            await service.DisposeAsync();
        }

        await _imageKit!.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_file_that_no_product_shows_goes_after_a_day_and_those_on_show_stay(bool atImageKit)
    {
        var app = await StartAsync(atImageKit);
        var shown = (await app.NewArtist().ListAsync()).GetProperty("images")[0].GetProperty("fileId").GetString();
        var artist = app.NewArtist();
        var archived = await artist.ListAsync();
        (await artist.Client.DeleteAsync($"{ProductApp.Root}/{archived.Id()}", Ct)).EnsureSuccessStatusCode();
        var kept = new[] { shown, archived.GetProperty("images")[0].GetProperty("fileId").GetString() };
        var orphan = await StoreAsync(app);

        _clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal((0, "done"), await RunAsync(app));
        _clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal((1, "done"), await RunAsync(app));

        var left = await FilesAsync(app);
        Assert.Equal(kept.Order(), left.Order());
        Assert.DoesNotContain(orphan, left);
    }

    [Fact]
    public async Task Files_of_another_service_are_nobodys_orphans_here()
    {
        var app = await StartAsync(atImageKit: false);
        var avatar = Path.Combine(_folder.CreateSubdirectory("artists").FullName, $"{new string('a', 32)}.jpg");
        await File.WriteAllTextAsync(avatar, "x", Ct);
        var note = Path.Combine(_folder.FullName, "products", "readme.txt");
        await File.WriteAllTextAsync(note, "x", Ct);
        _clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal((0, "done"), await RunAsync(app));

        Assert.True(File.Exists(avatar) && File.Exists(note));
    }

    [Fact]
    public async Task Two_runs_at_once_delete_each_orphan_and_disturb_nothing()
    {
        var app = await StartAsync(atImageKit: false);
        var shown = (await app.NewArtist().ListAsync()).GetProperty("images")[0].GetProperty("fileId").GetString();
        for (var i = 0; i < 20; i++)
        {
            await StoreAsync(app);
        }

        _clock.Advance(TimeSpan.FromDays(2));

        // Past the lease, which would let one in only.
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => app.Services.GetRequiredService<OrphanedImages>().RunAsync(Ct), Ct)));

        Assert.Equal([shown!], await FilesAsync(app));
    }

    [Fact]
    public async Task When_most_files_seem_to_be_orphans_the_database_is_doubted_and_nothing_is_deleted()
    {
        var app = await StartAsync(atImageKit: false);
        for (var i = 0; i < 101; i++)
        {
            await StoreAsync(app);
        }

        _clock.Advance(TimeSpan.FromDays(2));

        Assert.Equal((0, "failed"), await RunAsync(app));
        Assert.Equal(101, (await FilesAsync(app)).Count);
    }

    [Fact]
    public async Task An_image_store_that_does_not_answer_fails_the_run_and_the_next_goes_on()
    {
        var app = await StartAsync(atImageKit: true);
        await StoreAsync(app);
        await StoreAsync(app);
        _clock.Advance(TimeSpan.FromDays(2));
        _imageKit!.Before = context => context.Request.Method == "DELETE" && _imageKit.Files.Count == 1
            ? FakeImageKit.ErrorAsync(context, 500, "down")
            : Task.FromResult(false);

        Assert.Equal((0, "failed"), await RunAsync(app));
        Assert.Single(_imageKit.Files);
        _imageKit.Before = _ => Task.FromResult(false);
        Assert.Equal((1, "done"), await RunAsync(app));

        Assert.Empty(_imageKit.Files);
    }

    private async Task<ServiceUnderTest> StartAsync(bool atImageKit)
    {
        var service = await ServiceUnderTest.StartAsync(ProductService.Build, test =>
        {
            test.Clock = _clock;
            test.Settings["Images:Folder"] = _folder.FullName;
            foreach (var (key, value) in atImageKit ? _imageKit!.Settings : [])
            {
                test.Settings[key] = value;
            }
        });
        _services.Add(service);
        return service;
    }

    /// <summary>A file of which nobody knows.</summary>
    private static async Task<string> StoreAsync(ServiceUnderTest app)
    {
        var image = new ProcessedImage([1, 2, 3], "jpg", 1, 1, "data:,", "#000000");
        return (await app.Services.GetRequiredService<IImageStore>().SaveAsync(image, ImageNames.New(image), Ct)).FileId;
    }

    private async Task<IReadOnlyList<string>> FilesAsync(ServiceUnderTest app) => await app.Services.GetRequiredService<IImageStore>()
        .ListAsync(_clock.GetUtcNow(), Ct).Select(file => file.FileId).ToListAsync(Ct);

    private async Task<(int Changed, string? Outcome)> RunAsync(ServiceUnderTest app)
    {
        var run = app.AsService("jobs", "product").PostAsync("/internal/schedules/orphaned-images/run", null, Ct);
        await Eventually.Until(
            () =>
            {
                // The pause before what has failed is tried again.
                _clock.Advance(TimeSpan.FromMilliseconds(20));
                return run.IsCompleted;
            },
            "the run ends");
        using var response = await run;
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var ended = await response.Content.ReadFromJsonAsync<JsonElement>(Ct);
        return (ended.GetProperty("changed").GetInt32(), ended.GetProperty("outcome").GetString());
    }
}
