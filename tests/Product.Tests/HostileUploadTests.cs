using System.Net;
using System.Text;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Testing.Hostile;
using Visuels.Testing.Requirements;

namespace Visuels.Products.Tests;

[Proves(Requirement.Uploads), Proves("T11")]
public sealed class HostileUploadTests(ProductApp app) : IClassFixture<ProductApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.Metadata)]
    public async Task Of_hostile_files_nothing_is_stored_but_the_pixels_of_those_that_have_some()
    {
        var artist = app.NewArtist();
        var stored = 0;
        foreach (var file in HostileFiles.All)
        {
            using var form = ProductForm.With([], file.Bytes);
            using var response = await artist.Client.PostAsync(ProductApp.Root, form, Ct);
            if (response.StatusCode == HttpStatusCode.Created)
            {
                Assert.True(file.HoldsPicture, $"{file} was taken for a picture");
                Assert.Equal(++stored, app.StoredFiles.Length);
                var url = (await response.JsonAsync()).GetProperty("product").GetProperty("images")[0].GetProperty("url").GetString()!;
                using var picture = await app.Anonymous.GetAsync(new Uri(url).PathAndQuery, Ct);
                Assert.Contains(picture.Content.Headers.ContentType!.MediaType, new[] { "image/jpeg", "image/webp" });
                Assert.Equal("nosniff", Assert.Single(picture.Headers.GetValues("X-Content-Type-Options")));
                var text = Encoding.Latin1.GetString(await picture.Content.ReadAsByteArrayAsync(Ct));
                Assert.All(HostileFiles.Traces, trace => Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase));
            }
            else
            {
                Assert.Equal((file.Name, "invalid_image"), (file.Name, await response.ProblemAsync(HttpStatusCode.BadRequest)));
                Assert.Equal(stored, app.StoredFiles.Length);
            }
        }

        Assert.InRange(stored, 10, HostileFiles.All.Count(file => file.HoldsPicture));
        Assert.Equal(stored, (await artist.Client.GetOkAsync($"{ProductApp.Root}/me/products?limit=50")).Titles().Length);
        Assert.Equal(0, await app.Service.Database.GetCollection<BsonDocument>("doubtful_images").CountDocumentsAsync(new BsonDocument(), cancellationToken: Ct));
    }
}
