using System.Text.Json;
using MongoDB.Bson;
using Visuels.Auth.Sessions;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>The devices that an account is signed in with. Moves its clock, so it has an application of its own for each test.</summary>
[Proves(Requirement.SessionList)]
public sealed class DeviceTests : IAsyncLifetime
{
    private const string Sessions = "/api/v1/auth/sessions";

    private readonly AuthApp _app = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task The_list_names_each_device_and_the_current_one_and_nobody_elses()
    {
        var member = await _app.Join();
        var began = _app.Clock.GetUtcNow();
        await _app.Join();
        _app.Clock.Advance(TimeSpan.FromMinutes(5));
        var signedIn = _app.Clock.GetUtcNow();
        var phone = await SignIn(member, "Mozilla/5.0 (Linux; Android 14; Pixel 8) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Mobile Safari/537.36");
        _app.Clock.Advance(TimeSpan.FromMinutes(3));
        using var refreshed = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });
        await refreshed.Should(HttpStatusCode.OK);

        var devices = await List(phone.Http);

        Assert.Equal(2, devices.Count);
        Assert.Equal(["_id", "device", "createdAt", "lastSeenAt", "current"], devices[0].EnumerateObject().Select(member => member.Name));
        // The last used first.
        Assert.Equal(("Unknown device", false), (devices[0].Text("device"), devices[0].GetProperty("current").GetBoolean()));
        Assert.Equal(("Chrome on Android", true), (devices[1].Text("device"), devices[1].GetProperty("current").GetBoolean()));
        Assert.Equal(began, devices[0].GetProperty("createdAt").GetDateTimeOffset());
        Assert.Equal(signedIn.AddMinutes(3), devices[0].GetProperty("lastSeenAt").GetDateTimeOffset());
        Assert.Equal(signedIn, devices[1].GetProperty("lastSeenAt").GetDateTimeOffset());
    }

    [Fact]
    [Proves(Requirement.Revocation)]
    public async Task One_session_is_ended_from_another_device()
    {
        var member = await _app.Join();
        var lost = await SignIn(member);

        using var ended = await member.Http.DeleteAsync($"{Sessions}/{lost.Id}", Ct);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.False(ended.Headers.Contains("Set-Cookie"));
        using var refresh = await _app.Post("/refresh", new { refreshToken = lost.RefreshToken });
        await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Refuses(lost.Http);
        Assert.True(Assert.Single(await List(member.Http)).GetProperty("current").GetBoolean());
    }

    [Fact]
    public async Task Ending_the_current_session_removes_its_cookies()
    {
        var member = await _app.Join();
        var current = Assert.Single(await List(member.Http)).Text("_id");

        using var ended = await member.Http.DeleteAsync($"{Sessions}/{current}", Ct);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        Assert.Equal(2, ended.Headers.GetValues("Set-Cookie").Count(cookie => cookie.Contains("expires=Thu, 01 Jan 1970", StringComparison.Ordinal)));
        await Refuses(member.Http);
    }

    [Fact]
    [Proves(Requirement.ObjectRights)]
    public async Task Somebody_elses_session_does_not_exist()
    {
        var (member, other) = (await _app.Join(), await _app.Join());
        var theirs = Assert.Single(await List(other.Http)).Text("_id");

        foreach (var id in new[] { theirs, ObjectId.GenerateNewId().ToString() })
        {
            using var answer = await member.Http.DeleteAsync($"{Sessions}/{id}", Ct);
            await answer.Refuses(HttpStatusCode.NotFound, "not_found");
        }

        using var refresh = await _app.Post("/refresh", new { other.RefreshToken });
        await refresh.Should(HttpStatusCode.OK);
        Assert.Single(await List(other.Http));
    }

    [Fact]
    [Proves(Requirement.Revocation)]
    public async Task All_other_sessions_are_ended_at_once()
    {
        var member = await _app.Join();
        var others = new[] { await SignIn(member), await SignIn(member), await SignIn(member) };

        using var ended = await member.Http.DeleteAsync(Sessions, Ct);

        Assert.Equal(HttpStatusCode.NoContent, ended.StatusCode);
        foreach (var other in others)
        {
            using var refresh = await _app.Post("/refresh", new { refreshToken = other.RefreshToken });
            await refresh.Refuses(HttpStatusCode.Unauthorized, "session_ended");
            await Refuses(other.Http);
        }

        Assert.Single(await List(member.Http));
        using var mine = await _app.Post("/refresh", new { member.RefreshToken });
        await mine.Should(HttpStatusCode.OK);
        // The one that was kept is not kept for ever.
        var newest = await SignIn(member);
        using var again = await newest.Http.DeleteAsync(Sessions, Ct);
        Assert.Equal(HttpStatusCode.NoContent, again.StatusCode);
        await Refuses(member.Http);
    }

    [Fact]
    public async Task With_an_eleventh_device_the_first_is_signed_out()
    {
        var member = await _app.Join();
        for (var i = 0; i < 9; i++)
        {
            _app.Clock.Advance(TimeSpan.FromSeconds(1));
            await SignIn(member);
        }

        Assert.Equal(10, (await List(member.Http)).Count);
        using var tenth = await _app.Post("/refresh?tokens=true", new { member.RefreshToken });
        var token = (await tenth.Should(HttpStatusCode.OK)).Text("refreshToken");

        var eleventh = await SignIn(member);

        using var first = await _app.Post("/refresh", new { refreshToken = token });
        await first.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        await Refuses(member.Http);
        Assert.Equal(10, (await List(eleventh.Http)).Count);
    }

    [Fact]
    public async Task Many_who_sign_in_at_once_leave_ten_sessions()
    {
        var member = await _app.Join();

        var devices = await Task.WhenAll(Enumerable.Range(0, 25).Select(_ => SignIn(member)));

        var alive = 0;
        foreach (var device in devices)
        {
            using var refresh = await _app.Post("/refresh", new { refreshToken = device.RefreshToken });
            alive += refresh.StatusCode == HttpStatusCode.OK ? 1 : 0;
        }

        Assert.Equal(10, alive);
    }

    [Theory]
    [InlineData(null, "Unknown device")]
    [InlineData("", "Unknown device")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:127.0) Gecko/20100101 Firefox/127.0", "Firefox on Windows")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 Edg/126.0.0.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Safari/605.1.15", "Safari on macOS")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) CriOS/126.0.0.0 Mobile/15E148 Safari/604.1", "Chrome on iPhone")]
    [InlineData("Mozilla/5.0 (iPad; CPU OS 17_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.5 Mobile/15E148 Safari/604.1", "Safari on iPad")]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36 OPR/112.0.0.0", "Opera on Linux")]
    [InlineData("curl/8.5.0", "curl")]
    [InlineData("<script>alert(1)</script>", "Unknown device")]
    [InlineData("<img src=x> Firefox/1 Windows \u202eevil", "Firefox on Windows")]
    [InlineData("a-name-that-goes-on-for-longer-than-any-program-does/1.0", "Unknown device")]
    public void A_device_is_named_in_our_own_words(string? userAgent, string name) => Assert.Equal(name, DeviceNames.Of(userAgent));

    private async Task<Device> SignIn(Member member, string? userAgent = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/auth/email-signin?tokens=true");
        request.Content = System.Net.Http.Json.JsonContent.Create(new { member.Person.Email, member.Person.Password });
        request.Headers.TryAddWithoutValidation("User-Agent", userAgent);
        using var response = await _app.Http.SendAsync(request, Ct);
        var tokens = await response.Should(HttpStatusCode.OK);
        var token = tokens.Text("accessToken");
        return new Device(new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(token).GetClaim("sid").Value, tokens.Text("refreshToken"), _app.Service.Client(token));
    }

    private static async Task<IReadOnlyList<JsonElement>> List(HttpClient http)
    {
        using var answer = await http.Get(Sessions);
        return [.. (await answer.Should(HttpStatusCode.OK)).GetProperty("sessions").EnumerateArray()];
    }

    private static async Task Refuses(HttpClient http)
    {
        using var list = await http.Get(Sessions);
        await list.Should(HttpStatusCode.Unauthorized);
    }

    private sealed record Device(string Id, string RefreshToken, HttpClient Http);
}
