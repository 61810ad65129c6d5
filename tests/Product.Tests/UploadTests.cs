using System.Net;
using System.Text;
using NetVips;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

[Proves(Requirement.Uploads)]
public sealed class UploadTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Webp_is_taken_whatever_its_name_says()
    {
        var product = await ListWithAsync(Pictures.Webp());

        Assert.Equal(1, product);
    }

    [Fact]
    public async Task What_is_no_picture_is_refused_whatever_its_name_says()
    {
        using var plain = Pictures.Plain();
        byte[][] hostile =
        [
            "text named .png"u8.ToArray(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>"u8.ToArray(),
            plain.GifsaveBuffer(),
            [.. "<html><script>alert(1)</script>"u8, .. Pictures.Jpeg()],
            Cut(Pictures.Noise().JpegsaveBuffer()),
            Cut(Pictures.Noise().PngsaveBuffer()),
        ];
        foreach (var file in hostile)
        {
            Assert.Equal("invalid_image", await RefusedAsync(file));
        }
    }

    [Fact]
    public async Task One_bad_picture_among_good_ones_spoils_all()
    {
        Assert.Equal("invalid_image", await RefusedAsync(Pictures.Jpeg(), Pictures.Png(), "no picture"u8.ToArray()));
    }

    [Fact]
    public async Task A_product_needs_one_to_five_pictures()
    {
        var six = Enumerable.Repeat(Pictures.Jpeg(), 6).ToArray();
        Assert.Equal("too_many_images", await RefusedAsync(six));
        Assert.Equal(5, await ListWithAsync(six[..5]));

        using var none = new MultipartFormDataContent { { new StringContent("x"), "title" } };
        foreach (var (field, value) in new[] { ("shortDescription", "x"), ("description", "x"), ("price", "1"), ("category", "Urban") })
        {
            none.Add(new StringContent(value), field);
        }

        using var response = await app.NewArtist().Client.PostAsync(ProductApp.Root, none, Ct);
        Assert.Equal("validation_failed", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task Files_of_other_fields_are_refused()
    {
        using var form = ProductForm.With([]);
        form.AddImage(Pictures.Jpeg(), field: "invoice");

        using var response = await app.NewArtist().Client.PostAsync(ProductApp.Root, form, Ct);

        Assert.Equal("validation_failed", await response.ProblemAsync(HttpStatusCode.BadRequest));
    }

    [Fact]
    public async Task A_file_of_more_than_5_MB_is_refused()
    {
        Assert.Equal("invalid_image", await RefusedAsync([.. Pictures.Jpeg(), .. new byte[5 * 1024 * 1024]]));
    }

    [Fact]
    public async Task A_body_beyond_all_measure_is_refused_without_being_read()
    {
        using var form = ProductForm.With([], Enumerable.Repeat(new byte[9 * 1024 * 1024], 3).ToArray());
        using var request = new HttpRequestMessage(HttpMethod.Post, ProductApp.Root) { Content = form, Headers = { ExpectContinue = true } };

        using var response = await app.NewArtist().Client.SendAsync(request, Ct);

        Assert.Equal("payload_too_large", await response.ProblemAsync(HttpStatusCode.RequestEntityTooLarge));
    }

    [Fact]
    [Proves(Requirement.Metadata)]
    public async Task Where_a_picture_was_taken_stays_with_its_artist()
    {
        var artist = app.NewArtist();
        using var form = ProductForm.With([], Pictures.PhoneJpeg());
        using var response = await artist.Client.PostAsync(ProductApp.Root, form, Ct);
        var image = (await response.JsonAsync()).GetProperty("product").GetProperty("images")[0];

        var stored = await app.Anonymous.GetByteArrayAsync(new Uri(image.GetProperty("url").GetString()!).PathAndQuery, Ct);

        var text = Encoding.Latin1.GetString(stored);
        Assert.DoesNotContain("Exif", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SecretCamera", text, StringComparison.Ordinal);
        using var decoded = Image.NewFromBuffer(stored);
        Assert.Equal((80, 120), (decoded.Width, decoded.Height));
    }

    [Fact]
    public async Task Names_from_outside_never_reach_the_disk()
    {
        string[] names = ["..%2f..%2fetc%2fpasswd", "x.jpg", $"{new string('a', 32)}.jpg", $"{new string('a', 32)}.jpg.tmp", $"..{new string('a', 30)}.jpg"];
        foreach (var name in names)
        {
            using var response = await app.Anonymous.GetAsync($"/images/products/{name}", Ct);
            Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        }
    }

    private static byte[] Cut(byte[] file) => file[..(file.Length / 2)];

    private async Task<int> ListWithAsync(params byte[][] files)
    {
        using var form = ProductForm.With([], files);
        using var response = await app.NewArtist().Client.PostAsync(ProductApp.Root, form, Ct);
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        return (await response.JsonAsync()).GetProperty("product").GetProperty("images").GetArrayLength();
    }

    private async Task<string> RefusedAsync(params byte[][] files)
    {
        var artist = app.NewArtist();
        var before = app.StoredFiles.Length;
        using var form = ProductForm.With([], files);
        using var response = await artist.Client.PostAsync(ProductApp.Root, form, Ct);
        var code = await response.ProblemAsync(HttpStatusCode.BadRequest);
        Assert.Equal(before, app.StoredFiles.Length);
        Assert.Empty((await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products")).Titles());
        return code;
    }
}
