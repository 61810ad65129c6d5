using System.Net;
using System.Text.Json;
using MongoDB.Bson;
using Visuels.Contracts.Products;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

public sealed class ListingTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_storefronts_form_lists_a_product()
    {
        var artist = app.NewArtist();
        using var form = ProductForm.With([], Pictures.Jpeg(), Pictures.TransparentPng());

        using var response = await artist.Client.PostAsync(ProductApp.Root, form, Ct);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var answer = await response.JsonAsync();
        Assert.Equal("product created", answer.GetProperty("msg").GetString());
        var product = answer.GetProperty("product");
        Assert.Equal("Quiet Harbour", product.GetProperty("title").GetString());
        Assert.Equal(1250.50m, product.GetProperty("price").GetDecimal());
        Assert.Equal(125_050, product.GetProperty("priceMinor").GetInt64());
        Assert.Equal("USD", product.GetProperty("currency").GetString());
        Assert.Equal("AVAILABLE", product.GetProperty("status").GetString());
        Assert.Equal(1, product.GetProperty("editions").GetInt32());
        Assert.Equal("landscape", product.GetProperty("category").GetProperty("slug").GetString());
        Assert.True(product.GetProperty("certified").GetBoolean());
        Assert.False(product.GetProperty("frameInclude").GetBoolean());
        Assert.Equal(JsonValueKind.Number, product.GetProperty("rating").ValueKind);
        var dimension = product.GetProperty("productDimension");
        Assert.Equal(40.5m, dimension.GetProperty("height").GetDecimal());
        Assert.Equal(JsonValueKind.Null, dimension.GetProperty("depth").ValueKind);
        Assert.Equal("LANDSCAPE", dimension.GetProperty("orientation").GetString());
        var images = product.GetProperty("images").EnumerateArray().ToArray();
        Assert.Equal([true, false], images.Select(image => image.GetProperty("isPrimary").GetBoolean()));
        Assert.All(images, image => Assert.StartsWith("http://localhost:4000/images/products/", image.GetProperty("url").GetString(), StringComparison.Ordinal));
        Assert.All(images, image => Assert.Equal(120, image.GetProperty("width").GetInt32()));
        Assert.Matches("^#[0-9a-f]{6}$", images[0].GetProperty("color").GetString());
        Assert.StartsWith("data:image/", images[0].GetProperty("placeholder").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_listed_product_is_told_to_others()
    {
        var artist = app.NewArtist();

        var product = await artist.ListAsync(("editions", "25"), ("price", "7"), ("currency", "JPY"));

        var listed = await app.Service.Bus.NextAsync<ProductListed>(e => e.ProductId == product.Id());
        Assert.Equal((1, artist.Card.Id.ToString(), "Quiet Harbour", 7, "JPY", 25),
            (listed.Version, listed.ArtistId, listed.Title, listed.PriceMinor, listed.Currency, listed.Editions));
        Assert.Equal(product.GetProperty("images")[0].GetProperty("url").GetString(), listed.ImageUrl);
    }

    [Fact]
    public async Task Its_pictures_can_be_fetched_by_anyone_and_kept_for_good()
    {
        var product = await app.NewArtist().ListAsync();
        var url = new Uri(product.GetProperty("images")[0].GetProperty("url").GetString()!);

        using var response = await app.Anonymous.GetAsync(url.PathAndQuery, Ct);

        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains("immutable", response.Headers.CacheControl?.ToString(), StringComparison.Ordinal);
        Assert.Equal("cross-origin", response.Headers.GetValues("Cross-Origin-Resource-Policy").Single());
        Assert.Equal("nosniff", response.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal([0xFF, 0xD8, 0xFF], (await response.Content.ReadAsByteArrayAsync(Ct))[..3]);
    }

    [Theory]
    [Proves(Requirement.Mail)]
    [InlineData("title", null)]
    [InlineData("title", "  ")]
    [InlineData("title", "a\0b")]
    [InlineData("title", "a\r\nBcc: b@example.com")]
    [InlineData("title", "a\nb")]
    [InlineData("title", "a\u2028b")]
    [InlineData("title", "a\u202egnp.exe")]
    [InlineData("category", "Ur\nban")]
    [InlineData("material", "Oil\tand more")]
    [InlineData("shortDescription", null)]
    [InlineData("description", null)]
    [InlineData("category", null)]
    [InlineData("category", "!!!")]
    [InlineData("price", null)]
    [InlineData("price", "-1")]
    [InlineData("price", "0")]
    [InlineData("price", "0.001")]
    [InlineData("price", "1,50")]
    [InlineData("price", "1e3")]
    [InlineData("price", "NaN")]
    [InlineData("price", "1e309")]
    [InlineData("price", "99999999999999999999999999999999")]
    [InlineData("currency", "usd")]
    [InlineData("currency", "ABC")]
    [InlineData("editions", "0")]
    [InlineData("editions", "1001")]
    [InlineData("editions", "1.5")]
    [InlineData("orientation", "ROUND")]
    [InlineData("unit", "MILES")]
    [InlineData("certified", "maybe")]
    [InlineData("width", "-3")]
    [InlineData("width", "wide")]
    [Proves(Requirement.Validation)]
    public async Task A_form_that_breaks_a_rule_is_refused_and_stores_nothing(string field, string? value)
    {
        var files = app.StoredFiles.Length;
        var artist = app.NewArtist();
        using var form = ProductForm.With([(field, value)]);

        using var response = await artist.Client.PostAsync(ProductApp.Root, form, Ct);

        Assert.Equal("validation_failed", await response.ProblemAsync(HttpStatusCode.BadRequest));
        Assert.Empty((await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products")).Titles());
        Assert.Equal(files, app.StoredFiles.Length);
    }

    [Fact]
    public async Task A_form_of_pictures_alone_is_told_what_it_lacks()
    {
        using var form = new MultipartFormDataContent();
        form.AddImage(Pictures.Jpeg());

        using var response = await app.NewArtist().Client.PostAsync(ProductApp.Root, form, Ct);

        Assert.Equal("validation_failed", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    [Proves(Requirement.Validation)]
    public async Task A_title_may_be_120_characters_long_and_no_longer()
    {
        var artist = app.NewArtist();
        await artist.ListAsync(("title", new string('x', 120)));
        using var form = ProductForm.With([("title", new string('x', 121))]);

        using var response = await artist.Client.PostAsync(ProductApp.Root, form, Ct);

        Assert.Equal("validation_failed", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Only_artists_list_products()
    {
        using var form = ProductForm.With([]);
        using var again = ProductForm.With([]);

        using var anonymous = await app.Anonymous.PostAsync(ProductApp.Root, form, Ct);
        using var user = await app.NewUser().PostAsync(ProductApp.Root, again, Ct);

        Assert.Equal((HttpStatusCode.Unauthorized, HttpStatusCode.Forbidden), (anonymous.StatusCode, user.StatusCode));
    }

    [Fact]
    public async Task A_body_that_is_no_form_is_refused()
    {
        var artist = app.NewArtist();

        using var json = await artist.Client.PostAsync(ProductApp.Root, new StringContent("{}", null, "application/json"), Ct);
        using var broken = await artist.Client.PostAsync(ProductApp.Root, new StringContent("--x\r\nnonsense") { Headers = { ContentType = new("multipart/form-data") { Parameters = { new("boundary", "x") } } } }, Ct);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, json.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, broken.StatusCode);
    }

    [Fact]
    [Proves(Requirement.ServiceTokens)]
    public async Task A_service_token_is_no_artist()
    {
        using var form = ProductForm.With([]);
        using var response = await app.Service.AsService("order", "product").PostAsync(ProductApp.Root, form, Ct);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    [Proves(Requirement.ObjectRights)]
    public async Task Others_products_and_unknown_ones_cannot_be_told_apart()
    {
        var product = await app.NewArtist().ListAsync();
        var stranger = app.NewArtist("Bob").Client;
        foreach (var id in new[] { product.Id(), ObjectId.GenerateNewId().ToString() })
        {
            var path = $"{ProductApp.Root}/{id}";
            var fileId = product.GetProperty("images")[0].GetProperty("fileId").GetString();
            using var images = new MultipartFormDataContent();
            images.AddImage(Pictures.Jpeg());

            using var patched = await stranger.PatchAsync(path, new StringContent("""{"title":"Mine"}""", null, "application/json"), Ct);
            using var deleted = await stranger.DeleteAsync(path, Ct);
            using var added = await stranger.PostAsync($"{path}/images", images, Ct);
            using var removed = await stranger.DeleteAsync($"{path}/images/{fileId}", Ct);

            foreach (var response in new[] { patched, deleted, added, removed })
            {
                Assert.Equal("not_found", await response.ProblemAsync(HttpStatusCode.NotFound));
            }
        }

        var unchanged = (await app.Anonymous.GetOkAsync($"{ProductApp.Root}/{product.Id()}")).GetProperty("product");
        Assert.Equal("Quiet Harbour", unchanged.GetProperty("title").GetString());
    }

    [Fact]
    public async Task Every_endpoint_says_who_may_call_it_and_the_document_of_them_can_be_read()
    {
        Assert.Empty(AuthorizationWalk.Undecided(app.Service.App));

        var document = await app.Anonymous.GetOkAsync("/swagger/v1/swagger.json");

        Assert.Equal("Visuels Product", document.GetProperty("info").GetProperty("title").GetString());
        var post = document.GetProperty("paths").GetProperty("/api/v1/products").GetProperty("post");
        Assert.True(post.GetProperty("requestBody").GetProperty("content").TryGetProperty("multipart/form-data", out _));
    }

    [Fact]
    public async Task A_blocked_method_or_role_changes_nothing_for_users()
    {
        var product = await app.NewArtist().ListAsync();
        var user = app.NewUser();

        using var deleted = await user.DeleteAsync($"{ProductApp.Root}/{product.Id()}", Ct);
        using var own = await user.GetAsync($"{ProductApp.Root}/me/products", Ct);
        using var admin = await app.Service.As(ObjectId.GenerateNewId(), Roles.Admin).PutAsync($"{ProductApp.Root}/{product.Id()}/like", null, Ct);

        Assert.All([deleted, own, admin], response => Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode));
    }
}
