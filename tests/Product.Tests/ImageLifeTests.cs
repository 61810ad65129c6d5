using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;

namespace Visuels.Products.Tests;

/// <summary>Pictures at ImageKit, whatever happens to it or to us: none without a product, no product without its pictures.</summary>
public sealed class ImageLifeTests : IAsyncLifetime
{
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private FakeImageKit _host = null!;
    private ServiceUnderTest _service = null!;
    private Artist _artist = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<BsonDocument> InDoubt => _service.Database.GetCollection<BsonDocument>("doubtful_images");

    public async ValueTask InitializeAsync()
    {
        _host = await FakeImageKit.StartAsync();
        _service = await ServiceUnderTest.StartAsync(ProductService.Build, test =>
        {
            test.Clock = _clock;
            foreach (var (key, value) in _host.Settings)
            {
                test.Settings[key] = value;
            }
        });
        _artist = _service.NewArtist();
    }

    public async ValueTask DisposeAsync()
    {
        await _service.DisposeAsync();
        await _host.DisposeAsync();
    }

    [Fact]
    public async Task A_product_shows_the_pictures_that_are_stored_and_no_doubt_remains()
    {
        var product = await _artist.ListAsync();

        Assert.Equal(FakeImageKit.UrlEndpoint + Assert.Single(_host.Files.Values).Path, product.GetProperty("images")[0].GetProperty("url").GetString());
        Assert.Equal(0, await InDoubt.CountDocumentsAsync(_ => true, cancellationToken: Ct));
    }

    [Fact]
    public async Task When_one_of_several_pictures_cannot_be_stored_there_is_no_product_and_no_picture()
    {
        var uploads = 0;
        _host.Before = context => IsUpload(context) && Interlocked.Increment(ref uploads) > 1
            ? FakeImageKit.ErrorAsync(context, 500, "full")
            : Task.FromResult(false);
        using var form = ProductForm.With([], Pictures.Jpeg(), Pictures.Jpeg(), Pictures.Jpeg());

        using var answer = await PassAsync(_artist.Client.PostAsync(ProductApp.Root, form, Ct));

        Assert.Equal("dependency_unavailable", await answer.ProblemAsync(HttpStatusCode.ServiceUnavailable));
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Empty(_host.Files);
        Assert.Equal(0, await CountProductsAsync());
    }

    [Theory]
    [InlineData(500)]
    [InlineData(0)]
    public async Task A_picture_whose_answer_got_lost_is_found_by_its_name_and_deleted(int status)
    {
        _host.After = async context =>
        {
            if (status == 0)
            {
                await Task.Delay(Timeout.Infinite, context.RequestAborted);
            }

            return await FakeImageKit.ErrorAsync(context, status, "lost");
        };
        using (var form = ProductForm.With([]))
        {
            using var answer = await PassAsync(_artist.Client.PostAsync(ProductApp.Root, form, Ct));
            Assert.Equal("dependency_unavailable", await answer.ProblemAsync(HttpStatusCode.ServiceUnavailable));
        }

        Assert.Single(_host.Files);
        Assert.Equal(0, await CountProductsAsync());
        await SettledAsync();
        Assert.Empty(_host.Files);
    }

    [Fact]
    public async Task A_picture_that_cannot_be_deleted_now_is_deleted_when_imagekit_is_back()
    {
        using var form = ProductForm.With([], Pictures.Jpeg(), Pictures.Jpeg());
        using var listed = await _artist.Client.PostAsync(ProductApp.Root, form, Ct);
        var product = (await listed.JsonAsync()).GetProperty("product");
        var removed = product.GetProperty("images")[0].GetProperty("fileId").GetString()!;
        _host.Before = context => FakeImageKit.ErrorAsync(context, 500, "down");

        using var answer = await PassAsync(_artist.Client.DeleteAsync($"{ProductApp.Root}/{product.Id()}/images/{removed}", Ct));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains(removed, _host.Files.Keys);
        await Eventually.Until(
            async () =>
            {
                _clock.Advance(TimeSpan.FromMinutes(1));
                return await InDoubt.Find(row => row["tries"] > 0).AnyAsync(Ct);
            },
            "the sweep has tried");
        _host.Before = _ => Task.FromResult(false);
        await SettledAsync();
        Assert.DoesNotContain(removed, _host.Files.Keys);
        Assert.Single(_host.Files);
    }

    [Fact]
    public async Task What_was_stored_when_the_process_ended_goes_unless_a_product_shows_it()
    {
        var picture = Pictures.Jpeg();
        var uploads = _service.Services.GetRequiredService<ImageUploads>();
        // Cut off before its product was written.
        await uploads.SaveAllAsync([new FormFile(new MemoryStream(picture), 0, picture.Length, "images", "a.jpg")], Ct);
        var product = await _artist.ListAsync();
        var shown = product.GetProperty("images")[0].GetProperty("fileId").GetString()!;
        // Cut off after that: the row is there, and the product too.
        await uploads.DoubtAsync([new StoredImage(shown, product.GetProperty("images")[0].GetProperty("url").GetString()!, 1, 1, "", "")], Ct);

        await SettledAsync();

        Assert.Equal(shown, Assert.Single(_host.Files).Key);
    }

    [Fact]
    public async Task Without_imagekit_everything_but_uploads_answers()
    {
        var product = await _artist.ListAsync();
        _host.Before = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
            return true;
        };

        await _service.Anonymous.GetOkAsync(ProductApp.Root);
        await _service.Anonymous.GetOkAsync($"{ProductApp.Root}/{product.Id()}");
        using var edited = await _artist.Client.PatchAsync($"{ProductApp.Root}/{product.Id()}", JsonContent.Create(new { title = "Edited" }), Ct);
        Assert.Equal(HttpStatusCode.OK, edited.StatusCode);
        using var withdrawn = await _artist.Client.DeleteAsync($"{ProductApp.Root}/{product.Id()}", Ct);
        Assert.Equal(HttpStatusCode.OK, withdrawn.StatusCode);
        using var ready = await _service.Anonymous.GetAsync("/health/ready", Ct);
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
    }

    private static bool IsUpload(HttpContext context) => context.Request.Path == "/api/v1/files/upload";

    private async Task<long> CountProductsAsync() =>
        await _service.Database.GetCollection<BsonDocument>("products").CountDocumentsAsync(_ => true, cancellationToken: Ct);

    /// <summary>Lets time pass until no image is in doubt; not all of the time, for it also ends calls to the host.</summary>
    private Task SettledAsync()
    {
        var looks = 0;
        return Eventually.Until(
            async () =>
            {
                _clock.Advance(looks++ % 20 == 0 ? TimeSpan.FromMinutes(20) : TimeSpan.FromMilliseconds(20));
                return !await InDoubt.Find(_ => true).AnyAsync(Ct);
            },
            "no image is in doubt");
    }

    /// <summary>Lets time pass until there is an answer, but none before the host has the first picture: the pauses between tries, and the end of those that hang.</summary>
    private async Task<HttpResponseMessage> PassAsync(Task<HttpResponseMessage> answer)
    {
        await Eventually.Until(
            () =>
            {
                _clock.Advance(_host.Files.IsEmpty ? TimeSpan.Zero : TimeSpan.FromMilliseconds(500));
                return answer.IsCompleted;
            },
            "there is an answer");
        return await answer;
    }
}
