using System.Text;
using System.Text.Json.Nodes;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Tests;

public sealed class UserProfileTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Me = "/api/v1/user/profile/me";
    private const string Update = "/api/v1/user/profile/update";

    [Fact]
    public async Task A_profile_nobody_has_filled_in_tells_nothing()
    {
        var member = await app.Join();

        using var response = await member.Http.Get(Me);

        var answer = await response.Should(HttpStatusCode.OK);
        Assert.True(answer.GetProperty("success").GetBoolean());
        var profile = answer.GetProperty("profile");
        foreach (var field in new[] { "firstName", "lastName", "phone", "city", "state", "country", "pinCode" })
        {
            Assert.Equal("Not prefer to say", profile.Text(field));
        }

        Assert.Equal(("", member.Id.ToString()), (profile.Text("avatar"), profile.Text("userId")));
        Assert.False(profile.GetProperty("isProfileCompleted").GetBoolean());
        Assert.False(profile.TryGetProperty("address", out _));
        Assert.False(profile.TryGetProperty("dateOfBirth", out _));
    }

    [Fact]
    public async Task The_whole_profile_can_be_sent_back_as_it_came()
    {
        var member = await app.Join();
        using var got = await member.Http.Get(Me);
        var profile = JsonNode.Parse((await got.Should(HttpStatusCode.OK)).GetProperty("profile").GetRawText())!.AsObject();
        profile["__v"] = 0;

        using var unchanged = await member.Http.Patch(Update, profile);
        await unchanged.Should(HttpStatusCode.OK);

        profile["firstName"] = "Ann";
        profile["city"] = "Pune";
        profile["dateOfBirth"] = "1990-12-31";
        using var changed = await member.Http.Patch(Update, profile);
        var answer = await changed.Should(HttpStatusCode.OK);
        Assert.Equal("Profile updated successfully", answer.Text("message"));
        Assert.Equal(
            ("Ann", "Pune", "Not prefer to say", "1990-12-31T00:00:00.000Z"),
            (answer.GetProperty("profile").Text("firstName"), answer.GetProperty("profile").Text("city"), answer.GetProperty("profile").Text("phone"), answer.GetProperty("profile").Text("dateOfBirth")));

        using var roundTrip = await member.Http.Patch(Update, answer.GetProperty("profile"));
        Assert.Equal("1990-12-31T00:00:00.000Z", (await roundTrip.Should(HttpStatusCode.OK)).GetProperty("profile").Text("dateOfBirth"));
    }

    [Fact]
    public async Task What_is_left_out_stays_and_what_is_emptied_goes()
    {
        var member = await app.Join();
        using var filled = await member.Http.Patch(Update, new { firstName = "Ann", lastName = "Lee", phone = "9876543210", city = "Pune", country = "India", address = "1 Road" });
        Assert.True((await filled.Should(HttpStatusCode.OK)).GetProperty("profile").GetProperty("isProfileCompleted").GetBoolean());

        using var changed = await member.Http.Patch(Update, new { phone = "", address = "" });

        var profile = (await changed.Should(HttpStatusCode.OK)).GetProperty("profile");
        Assert.Equal(("Ann", "Not prefer to say"), (profile.Text("firstName"), profile.Text("phone")));
        Assert.False(profile.TryGetProperty("address", out _));
    }

    [Theory]
    [InlineData("""{"phone":"12345"}""")]
    [InlineData("""{"phone":"123456789x"}""")]
    [InlineData("""{"phone":{"$gt":""}}""")]
    [InlineData("""{"dateOfBirth":"yesterday"}""")]
    [InlineData("""{"dateOfBirth":"2999-01-01"}""")]
    [InlineData("""{"dateOfBirth":"1990-02-31"}""")]
    [InlineData("""{"city":"\u0000"}""")]
    [InlineData("""{"city":"\u0007"}""")]
    [InlineData("""{"role":"ADMIN"}""")]
    [InlineData("""{"userProfile.city":"x"}""")]
    [InlineData("[]")]
    public async Task What_a_profile_cannot_say_is_refused(string body)
    {
        var member = await app.Join();

        using var response = await member.Http.PatchAsync(Update, new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);

        await response.Should(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_text_too_long_for_its_field_is_refused()
    {
        var member = await app.Join();

        using var response = await member.Http.Patch(Update, new { city = new string('x', 101) });

        await response.Refuses(HttpStatusCode.BadRequest, "validation_failed");
    }

    [Fact]
    public async Task Artists_and_strangers_have_no_such_profile()
    {
        var artist = await app.Join(Roles.Artist);

        using var wrongRole = await artist.Http.Get(Me);
        using var anonymous = await app.Http.Get(Me);

        await wrongRole.Refuses(HttpStatusCode.Forbidden, "forbidden");
        await anonymous.Refuses(HttpStatusCode.Unauthorized, "unauthorized");
    }
}
