using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using Visuels.Products.Views;
using Visuels.Testing;

namespace Visuels.Products.Tests;

public sealed class ViewTests : IDisposable
{
    private readonly DirectoryInfo _images = Directory.CreateTempSubdirectory("visuels-images-");

    public void Dispose() => _images.Delete(recursive: true);

    [Fact]
    public async Task Views_are_written_together_after_a_while()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var app = await StartAsync(test => test.Clock = clock);
        var id = await ListAsync(app);
        for (var i = 0; i < 3; i++)
        {
            await ViewsAsync(app, id);
            using var head = await app.Anonymous.SendAsync(new HttpRequestMessage(HttpMethod.Head, $"{ProductApp.Root}/{id}"), TestContext.Current.CancellationToken);
            Assert.True(head.IsSuccessStatusCode);
        }

        Assert.Equal(0, await ListedViewsAsync(app));
        await Eventually.Until(
            async () =>
            {
                clock.Advance(ViewWriter.Interval);
                return await ListedViewsAsync(app) == 3;
            },
            "the three views are written");
    }

    [Fact]
    public async Task Views_that_are_not_written_yet_survive_a_shutdown()
    {
        // This clock stands still, so nothing but the shutdown writes.
        var first = await StartAsync(test => test.Clock = new FakeTimeProvider(DateTimeOffset.UtcNow));
        var id = await ListAsync(first);
        await ViewsAsync(first, id);
        await ViewsAsync(first, id);
        await first.StopAsync();

        await using var second = await StartAsync(test => test.Restarts = first);

        Assert.Equal(2, await ListedViewsAsync(second));
    }

    [Fact]
    public void A_crawler_cannot_fill_the_memory()
    {
        var counter = new ViewCounter();
        var known = ObjectId.GenerateNewId();
        counter.Count(known);
        for (var i = 0; i < ViewCounter.MostProducts + 10; i++)
        {
            counter.Count(ObjectId.GenerateNewId());
        }

        counter.Count(known);

        var taken = counter.Take();
        Assert.Equal((ViewCounter.MostProducts, 2), (taken.Count, taken[known]));
        Assert.Empty(counter.Take());
    }

    private Task<ServiceUnderTest> StartAsync(Action<TestSetup> setup) => ServiceUnderTest.StartAsync(ProductService.Build, test =>
    {
        test.Settings["Images:Folder"] = _images.FullName;
        setup(test);
    });

    private static async Task<string> ListAsync(ServiceUnderTest app) => (await app.NewArtist().ListAsync()).Id();

    private static async Task ViewsAsync(ServiceUnderTest app, string id) => await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{id}");

    private static async Task<int> ListedViewsAsync(ServiceUnderTest app) =>
        (await app.Anonymous.GetOkAsync(ProductApp.Root)).GetProperty("products")[0].GetProperty("views").GetInt32();
}
