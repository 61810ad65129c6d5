using System.Text;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Hostile;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Auth with a folder of its own for pictures.</summary>
public sealed class PictureApp : AuthApp
{
    private readonly string _images = TemporaryFolder.Create("visuels-images-");

    public int Stored => Directory.GetFiles(_images, "*", SearchOption.AllDirectories).Length;

    public override void Prepare(TestSetup test) => test.Settings["Images:Folder"] = _images;
}

[Proves(Requirement.Uploads), Proves("T11")]
public sealed class HostileUploadTests(PictureApp app) : IClassFixture<PictureApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("avatar")]
    [InlineData("banner")]
    [Proves(Requirement.Metadata)]
    public async Task Of_hostile_files_nothing_is_stored_but_the_pixels_of_those_that_have_some(string field)
    {
        var artist = await app.Join(Roles.Artist);
        var before = app.Stored;
        var shown = "";
        // How the large ones are handled is the same for all pictures, and shown elsewhere.
        foreach (var file in HostileFiles.All.Where(file => !file.Name.StartsWith("36", StringComparison.Ordinal)))
        {
            using var form = new MultipartFormDataContent { { new ByteArrayContent(file.Bytes), field, "a.png" } };
            using var response = await artist.Http.PatchAsync("/api/v1/artist/profile/update", form, Ct);
            if (response.StatusCode == HttpStatusCode.OK)
            {
                Assert.True(file.HoldsPicture, $"{file} was taken for a picture");
                shown = (await response.Should(HttpStatusCode.OK)).GetProperty("profile").GetProperty(field).Text("url");
                using var picture = await app.Http.Get(new Uri(shown).AbsolutePath);
                var text = Encoding.Latin1.GetString(await picture.Content.ReadAsByteArrayAsync(Ct));
                Assert.All(HostileFiles.Traces, trace => Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase));
            }
            else
            {
                await response.Refuses(HttpStatusCode.BadRequest, "invalid_image");
                using var profile = await artist.Http.Get("/api/v1/artist/profile/me");
                Assert.Equal(shown, (await profile.Should(HttpStatusCode.OK)).GetProperty("profile").GetProperty(field).Text("url"));
            }

            // Of each field the newest is kept, and no other.
            Assert.Equal(before + (shown.Length > 0 ? 1 : 0), app.Stored);
        }

        Assert.NotEmpty(shown);
    }
}
