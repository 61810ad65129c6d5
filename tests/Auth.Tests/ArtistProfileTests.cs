using System.Text;
using Visuels.ServiceDefaults.Images;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Auth.Tests;

public sealed class ArtistProfileTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Me = "/api/v1/artist/profile/me";
    private const string Create = "/api/v1/artist/profile/create";
    private const string Update = "/api/v1/artist/profile/update";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_artist_has_a_profile_from_the_start_with_nothing_missing_in_it()
    {
        var artist = await app.Join(Roles.Artist);

        using var response = await artist.Http.Get(Me);

        var profile = (await response.Should(HttpStatusCode.OK)).GetProperty("profile");
        Assert.Equal("", profile.GetProperty("avatar").Text("url"));
        Assert.Equal("", profile.GetProperty("banner").Text("url"));
        Assert.Equal((artist.Person.Name, artist.Person.Username), (profile.GetProperty("artist").Text("name"), profile.GetProperty("artist").Text("username")));
        Assert.Empty(profile.GetProperty("specialist").EnumerateArray());
        Assert.Empty(profile.GetProperty("stylesAndThemes").EnumerateArray());
        Assert.Empty(profile.GetProperty("languages").EnumerateArray());
        Assert.Equal(("", 0), (profile.Text("tagline"), profile.GetProperty("followers").GetInt32()));
        Assert.Matches("^[A-Z][a-z]+ [0-9]{4}$", profile.Text("joined"));
        Assert.False(profile.GetProperty("isProfileCompleted").GetBoolean());
    }

    [Fact]
    public async Task A_profile_is_completed_with_pictures_that_can_be_seen()
    {
        var artist = await app.Join(Roles.Artist);
        using var form = Form(("tagline", "Colour first"));
        form.Add(new ByteArrayContent(Pictures.Jpeg()), "avatar", "me.jpg");
        form.Add(new ByteArrayContent(Pictures.Png()), "banner", "../../wide.png");

        using var response = await artist.Http.PostAsync(Create, form, Ct);

        var answer = await response.Should(HttpStatusCode.OK);
        Assert.Equal("Artist profile completed successfully", answer.Text("message"));
        var profile = answer.GetProperty("profile");
        Assert.Equal(["Oil", "Ink"], profile.GetProperty("specialist").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal("Colour first", profile.Text("tagline"));
        Assert.True(profile.GetProperty("isProfileCompleted").GetBoolean());
        var url = profile.GetProperty("avatar").Text("url");
        Assert.StartsWith("http://localhost:4000/images/artists/", url, StringComparison.Ordinal);
        using var picture = await app.Http.Get(new Uri(url).AbsolutePath);
        Assert.Equal((HttpStatusCode.OK, "image/jpeg"), (picture.StatusCode, picture.Content.Headers.ContentType!.MediaType));

        using var second = Form();
        using var again = await artist.Http.PostAsync(Create, second, Ct);
        await again.Refuses(HttpStatusCode.BadRequest, "profile_completed");
    }

    [Fact]
    public async Task Lists_are_understood_however_clients_write_them()
    {
        var artist = await app.Join(Roles.Artist);
        using var form = new MultipartFormDataContent
        {
            { new StringContent("""["Oil", "Ink, black"]"""), "specialist" },
            { new StringContent("Nature"), "stylesAndThemes" },
            { new StringContent("Urban"), "stylesAndThemes" },
            { new StringContent("English, Hindi,,English"), "languages[]" },
        };

        using var response = await artist.Http.PatchAsync(Update, form, Ct);

        var profile = (await response.Should(HttpStatusCode.OK)).GetProperty("profile");
        Assert.Equal(["Oil", "Ink, black"], profile.GetProperty("specialist").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal(["Nature", "Urban"], profile.GetProperty("stylesAndThemes").EnumerateArray().Select(item => item.GetString()));
        Assert.Equal(["English", "Hindi"], profile.GetProperty("languages").EnumerateArray().Select(item => item.GetString()));
    }

    [Fact]
    public async Task An_update_changes_what_it_names_and_lets_go_of_the_old_picture()
    {
        var artist = await app.Join(Roles.Artist);
        using var form = Form();
        form.Add(new ByteArrayContent(Pictures.Jpeg()), "avatar", "me.jpg");
        using var created = await artist.Http.PostAsync(Create, form, Ct);
        var old = (await created.Should(HttpStatusCode.OK)).GetProperty("profile").GetProperty("avatar").Text("url");
        using var change = new MultipartFormDataContent
        {
            { new StringContent("Berlin"), "city" },
            { new ByteArrayContent(Pictures.Png()), "avatar", "new.png" },
        };

        using var response = await artist.Http.PatchAsync(Update, change, Ct);

        var profile = (await response.Should(HttpStatusCode.OK)).GetProperty("profile");
        Assert.Equal(("Berlin", "About colours"), (profile.Text("city"), profile.Text("bio")));
        Assert.NotEqual(old, profile.GetProperty("avatar").Text("url"));
        using var gone = await app.Http.Get(new Uri(old).AbsolutePath);
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    [Fact]
    public async Task A_form_without_what_is_required_or_with_what_nobody_asked_for_is_refused()
    {
        var artist = await app.Join(Roles.Artist);
        var incomplete = new MultipartFormDataContent { { new StringContent("Only a bio"), "bio" } };
        await Refused(artist, incomplete, "validation_failed");
        await Refused(artist, Form(("role", "ADMIN")), "validation_failed");
        await Refused(artist, Form(("specialist", """["a", 1]""")), "validation_failed");
        await Refused(artist, Form(("city", "a\u0000b")), "validation_failed");
        await Refused(artist, Form(("tagline", new string('x', 141))), "validation_failed");
        await Refused(artist, Form(("bio", "a second bio")), "validation_failed");

        using var response = await artist.Http.Get(Me);
        Assert.Equal("", (await response.Should(HttpStatusCode.OK)).GetProperty("profile").Text("bio"));
    }

    [Fact]
    public async Task Files_that_are_no_pictures_or_too_large_are_refused()
    {
        var artist = await app.Join(Roles.Artist);
        await Refused(artist, WithFile("avatar", Encoding.UTF8.GetBytes("not a picture")), "invalid_image");
        await Refused(artist, WithFile("avatar", new byte[ImageRules.FileBytes + 1]), "invalid_image");
        await Refused(artist, WithFile("portrait", Pictures.Png()), "validation_failed");
        var two = WithFile("avatar", Pictures.Png());
        two.Add(new ByteArrayContent(Pictures.Png()), "avatar", "b.png");
        await Refused(artist, two, "validation_failed");

        using var json = await artist.Http.PostRaw(Create, "{}");
        await json.Refuses(HttpStatusCode.UnsupportedMediaType, "unsupported_media_type");
        using var broken = new StringContent("no boundary here");
        broken.Headers.ContentType = new("multipart/form-data");
        using var malformed = await artist.Http.PostAsync(Create, broken, Ct);
        await malformed.Should(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Buyers_and_strangers_have_no_such_profile()
    {
        var buyer = await app.Join();
        using var form = Form();

        using var wrongRole = await buyer.Http.PostAsync(Create, form, Ct);
        using var anonymous = await app.Http.Get(Me);

        await wrongRole.Refuses(HttpStatusCode.Forbidden, "forbidden");
        await anonymous.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
    }

    private static MultipartFormDataContent Form(params (string Name, string Value)[] more)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in new[]
        {
            ("bio", "About colours"), ("city", "Pune"), ("state", "MH"), ("country", "India"), ("about", "Long\nstory"),
            ("specialist", "Oil, Ink"), ("stylesAndThemes", "Nature"), ("languages", "English"),
        }.Concat(more))
        {
            form.Add(new StringContent(value), name);
        }

        return form;
    }

    private static MultipartFormDataContent WithFile(string field, byte[] bytes)
    {
        var form = Form();
        form.Add(new ByteArrayContent(bytes), field, "a.png");
        return form;
    }

    private static async Task Refused(Member artist, MultipartFormDataContent form, string code)
    {
        using (form)
        {
            using var response = await artist.Http.PostAsync(Create, form, Ct);
            await response.Refuses(HttpStatusCode.BadRequest, code);
        }
    }
}
