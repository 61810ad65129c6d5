using System.Net;
using System.Text;
using System.Text.Json;
using Visuels.Contracts.Products;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

public sealed class EditingTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Only_what_is_sent_changes_and_strings_of_forms_are_understood()
    {
        var artist = app.NewArtist();
        var id = (await artist.ListAsync()).Id();

        var changed = await PatchedAsync(artist, id, """
            {"title":" New title ","price":"99.90","certified":"false","width":"30.5","category":"Étude № 2","artistNote":"","unit":"INCH","orientation":"PORTRAIT"}
            """);

        Assert.True(changed.GetProperty("success").GetBoolean());
        var shown = (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{id}")).GetProperty("product");
        foreach (var product in new[] { changed.GetProperty("product"), shown })
        {
            Assert.Equal("New title", product.GetProperty("title").GetString());
            Assert.Equal(99.90m, product.GetProperty("price").GetDecimal());
            Assert.False(product.GetProperty("certified").GetBoolean());
            Assert.True(product.GetProperty("handMade").GetBoolean());
            Assert.Equal("Oil on canvas, painted at dawn.", product.GetProperty("description").GetString());
            Assert.Equal("etude-no-2", product.GetProperty("category").GetProperty("slug").GetString());
            var dimension = product.GetProperty("productDimension");
            Assert.Equal((30.5m, 40.5m), (dimension.GetProperty("width").GetDecimal(), dimension.GetProperty("height").GetDecimal()));
            Assert.Equal(("PORTRAIT", "INCH"), (dimension.GetProperty("orientation").GetString(), dimension.GetProperty("unit").GetString()));
        }

        var updated = await app.Service.Bus.NextAsync<ProductUpdated>(e => e.ProductId == id);
        Assert.Equal((2, "New title", 9990, 1), (updated.Version, updated.Title, updated.PriceMinor, updated.Editions));
    }

    [Theory]
    [InlineData("""{"orientation":"ROUND"}""", "Invalid orientation")]
    [InlineData("""{"unit":"MILES"}""", "Invalid unit")]
    public async Task The_storefront_is_told_in_its_own_words(string body, string message)
    {
        var artist = app.NewArtist();

        using var response = await PatchAsync(artist, (await artist.ListAsync()).Id(), body);

        Assert.Equal(message, (await response.JsonAsync()).GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("""{"title":""}""")]
    [InlineData("""{"title":"a\u0000b"}""")]
    [InlineData("""{"price":-1}""")]
    [InlineData("""{"price":0}""")]
    [InlineData("""{"price":1.005}""")]
    [InlineData("""{"price":1e309}""")]
    [InlineData("""{"price":"NaN"}""")]
    [InlineData("""{"price":true}""")]
    [InlineData("""{"orientation":"ROUND"}""")]
    [InlineData("""{"unit":""}""")]
    [InlineData("""{"width":-1}""")]
    [InlineData("""{"category":"?"}""")]
    [InlineData("""{"certified":"maybe"}""")]
    [InlineData("""{"status":"SOLD"}""")]
    [InlineData("""{"artistId":"6b036a6306027c184084d252"}""")]
    [InlineData("""{"likes":1000}""")]
    [InlineData("""{"editions":5}""")]
    [InlineData("""{"title":"a","title":"b"}""")]
    [InlineData("""[]""")]
    [InlineData("""{""")]
    [Proves(Requirement.FieldRights)]
    [Proves(Requirement.Validation)]
    public async Task A_change_that_breaks_a_rule_is_refused_and_changes_nothing(string body)
    {
        var artist = app.NewArtist();
        var product = await artist.ListAsync();

        using var response = await PatchAsync(artist, product.Id(), body);

        Assert.Contains(await response.ProblemAsync(HttpStatusCode.BadRequest), new[] { "validation_failed", "invalid_request" });
        var own = await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products");
        Assert.Equal(product.GetProperty("updatedAt").GetString(), own.GetProperty("products")[0].GetProperty("updatedAt").GetString());
    }

    [Fact]
    public async Task An_archived_product_is_gone_from_lists_and_stays_in_its_artists_archive()
    {
        var artist = app.NewArtist();
        await app.KnowAsync(artist);
        var id = (await artist.ListAsync()).Id();

        using var deleted = await artist.Client.DeleteAsync($"{ProductApp.Root}/{id}", Ct);

        Assert.Equal("""{"success":true,"message":"Product deleted successfully"}""", await deleted.Content.ReadAsStringAsync(Ct));
        var withdrawn = await app.Service.Bus.NextAsync<ProductWithdrawn>(e => e.ProductId == id);
        Assert.Equal(2, withdrawn.Version);
        using var again = await artist.Client.DeleteAsync($"{ProductApp.Root}/{id}", Ct);
        using var patched = await PatchAsync(artist, id, """{"price":1}""");
        using var shown = await app.Anonymous.GetAsync($"{ProductApp.Root}/{id}", Ct);
        using var liked = await app.NewUser().PutAsync($"{ProductApp.Root}/{id}/like", null, Ct);
        Assert.All([again, patched, shown, liked], response => Assert.Equal(HttpStatusCode.NotFound, response.StatusCode));
        Assert.Empty((await app.Anonymous.GetOkAsync($"{ProductApp.Root}?artist={artist.Card.Username}")).Titles());
        Assert.Empty((await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products")).Titles());
        var archive = await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products?archived=true");
        Assert.False(archive.GetProperty("products")[0].GetProperty("isActive").GetBoolean());
    }

    [Fact]
    public async Task Own_products_are_listed_whole_and_paged_on_demand()
    {
        var artist = app.NewArtist();
        await app.NewArtist("Someone else").ListAsync();
        for (var i = 1; i <= 11; i++)
        {
            await artist.ListAsync(("title", $"{i}"));
        }

        var all = await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products");
        var page = await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products?limit=10");
        var rest = await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products?limit=10&cursor={page.GetProperty("nextCursor").GetString()}");
        using var bad = await artist.Client.GetAsync($"{ProductApp.Root}/me/products?limit=51", Ct);

        Assert.Equal((11, 11), (all.Titles().Length, all.GetProperty("total").GetInt32()));
        string[] read = ["_id", "title", "shortDescription", "isActive", "views", "likes", "status", "category", "images", "price", "createdAt", "updatedAt"];
        Assert.All(read, field => Assert.True(all.GetProperty("products")[0].TryGetProperty(field, out _), field));
        Assert.Equal(["1"], rest.Titles());
        Assert.Equal("invalid_query", await bad.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Pictures_are_added_up_to_five_and_taken_away_down_to_one()
    {
        var artist = app.NewArtist();
        var product = await artist.ListAsync();

        var added = await AddImagesAsync(artist, product.Id(), 4);
        Assert.Equal(HttpStatusCode.OK, added.StatusCode);
        Assert.Equal(5, (await added.JsonAsync()).GetProperty("product").GetProperty("images").GetArrayLength());
        var before = app.StoredFiles.Length;
        using var sixth = await AddImagesAsync(artist, product.Id(), 1);
        Assert.Equal("too_many_images", await sixth.ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Equal(before, app.StoredFiles.Length);

        var first = FileIds(product)[0];
        using var removed = await artist.Client.DeleteAsync($"{ProductApp.Root}/{product.Id()}/images/{first}", Ct);
        var left = (await removed.JsonAsync()).GetProperty("product");
        Assert.Equal(4, FileIds(left).Length);
        Assert.True(left.GetProperty("images")[0].GetProperty("isPrimary").GetBoolean());
        Assert.DoesNotContain(app.StoredFiles, file => file.Name == first);
        using var unknown = await artist.Client.DeleteAsync($"{ProductApp.Root}/{product.Id()}/images/{first}", Ct);
        Assert.Equal("not_found", await unknown.ProblemAsync(HttpStatusCode.NotFound));
        var updated = await app.Service.Bus.NextAsync<ProductUpdated>(e => e.ProductId == product.Id() && e.Version == 3);
        Assert.Equal(left.GetProperty("images")[0].GetProperty("url").GetString(), updated.ImageUrl);
    }

    [Fact]
    public async Task Parallel_removals_leave_exactly_one_picture()
    {
        var artist = app.NewArtist();
        var product = await artist.ListAsync();
        using var added = await AddImagesAsync(artist, product.Id(), 4);
        var fileIds = FileIds((await added.JsonAsync()).GetProperty("product"));

        var responses = await Task.WhenAll(fileIds.Select(fileId => artist.Client.DeleteAsync($"{ProductApp.Root}/{product.Id()}/images/{fileId}", Ct)));

        Assert.Equal(4, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal("last_image", await responses.Single(response => response.StatusCode != HttpStatusCode.OK).ProblemAsync(HttpStatusCode.Conflict));
        var left = FileIds((await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{product.Id()}")).GetProperty("product"));
        Assert.Equal(left, fileIds.Where(fileId => app.StoredFiles.Any(file => file.Name == fileId)));
    }

    [Fact]
    public async Task Parallel_additions_never_make_more_than_five_and_leave_no_files_behind()
    {
        var artist = app.NewArtist();
        var product = await artist.ListAsync();
        var before = app.StoredFiles.Length;

        var responses = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AddImagesAsync(artist, product.Id(), 2)));

        Assert.Equal(2, responses.Count(response => response.StatusCode == HttpStatusCode.OK));
        Assert.Equal(before + 4, app.StoredFiles.Length);
        Assert.Equal(5, FileIds((await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{product.Id()}")).GetProperty("product")).Length);
    }

    [Fact]
    public async Task Parallel_changes_of_different_fields_all_count_and_each_is_told_once()
    {
        var artist = app.NewArtist();
        var id = (await artist.ListAsync()).Id();
        string[] bodies = ["""{"title":"T"}""", """{"price":5}""", """{"story":"S"}""", """{"material":"M"}""", """{"depth":7}"""];

        var responses = await Task.WhenAll(bodies.Select(body => PatchAsync(artist, id, body)));

        Assert.All(responses, response => Assert.Equal(HttpStatusCode.OK, response.StatusCode));
        var product = (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{id}")).GetProperty("product");
        Assert.Equal(("T", 5m, "S", "M", 7m), (
            product.GetProperty("title").GetString(),
            product.GetProperty("price").GetDecimal(),
            product.GetProperty("story").GetString(),
            product.GetProperty("material").GetString(),
            product.GetProperty("productDimension").GetProperty("depth").GetDecimal()));
        await app.Service.Bus.NextAsync<ProductUpdated>(e => e.ProductId == id && e.Version == 6);
        Assert.Equal([2, 3, 4, 5, 6], app.Service.Bus.Published<ProductUpdated>().Where(e => e.ProductId == id).Select(e => e.Version).Distinct().Order());
    }

    private static string[] FileIds(JsonElement product) =>
        [.. product.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("fileId").GetString()!)];

    private static Task<HttpResponseMessage> PatchAsync(Artist artist, string id, string body) =>
        artist.Client.PatchAsync($"{ProductApp.Root}/{id}", new StringContent(body, Encoding.UTF8, "application/json"), Ct);

    private static async Task<JsonElement> PatchedAsync(Artist artist, string id, string body)
    {
        using var response = await PatchAsync(artist, id, body);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }

    private static async Task<HttpResponseMessage> AddImagesAsync(Artist artist, string id, int number)
    {
        using var form = new MultipartFormDataContent();
        for (var i = 0; i < number; i++)
        {
            form.AddImage(Pictures.Png());
        }

        return await artist.Client.PostAsync($"{ProductApp.Root}/{id}/images", form, Ct);
    }
}
