using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth.Accounts;
using Visuels.Testing;

namespace Visuels.Auth.Tests;

/// <summary>Auth with a client id, in front of a provider on loopback.</summary>
public class GoogleApp : AuthApp
{
    // A machine that is busy with other tests is no provider that hangs.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public FakeGoogle Google { get; private set; } = null!;

    public override async ValueTask InitializeAsync()
    {
        Google = await FakeGoogle.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await Google.DisposeAsync();
    }

    public override void Prepare(TestSetup test)
    {
        test.Settings["Google:ClientId"] = "client";
        test.Settings["Google:ClientSecret"] = "secret";
        test.Settings["Google:AuthorizationEndpoint"] = "https://accounts.example/authorize";
        test.Settings["Google:TokenEndpoint"] = $"{Google.Address}token";
        test.Settings["Google:Timeout"] = $"{Patience}";
        test.Settings["Google:UserInformationEndpoint"] = $"{Google.Address}userinfo";
    }
}

/// <summary>The same, for providers that never answer.</summary>
public sealed class ImpatientGoogleApp : GoogleApp
{
    public override void Prepare(TestSetup test)
    {
        base.Prepare(test);
        test.Settings["Google:Timeout"] = "00:00:01";
    }
}

/// <summary>What a browser does on its way to Google and back.</summary>
public abstract class GoogleFlowTests(GoogleApp app)
{
    protected const string Front = "http://localhost:3000";
    protected const string Callback = "/api/v1/auth/google/callback";

    private static int _subjects;

    protected static CancellationToken Ct => TestContext.Current.CancellationToken;

    protected static GoogleAnswer User()
    {
        var number = Interlocked.Increment(ref _subjects);
        return new GoogleAnswer($"subject-{number}", $"googler{number}@example.com", true, $"Googler {number}");
    }

    protected async Task<HttpResponseMessage> Go(string query, GoogleAnswer user, HttpClient? from = null)
    {
        var (challenge, cookie) = await Leave(query, from);
        var state = QueryHelpers.ParseQuery(challenge.Query)["state"].ToString();
        var back = await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(state)}", cookie);
        Assert.Equal(HttpStatusCode.Redirect, back.StatusCode);
        return back;
    }

    protected async Task<(Uri Challenge, string Cookie)> Leave(string query, HttpClient? from = null)
    {
        using var response = await (from ?? app.Http).Get($"/api/v1/auth/google?{query}");
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        return (response.Headers.Location!, Assert.Single(response.Headers.GetValues("Set-Cookie")));
    }

    protected async Task<HttpResponseMessage> Return(string query, string? cookie)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Callback}?{query}");
        if (cookie is not null)
        {
            request.Headers.Add("Cookie", cookie.Split(';')[0]);
        }

        return await app.Http.SendAsync(request, Ct);
    }

    protected async Task<HttpResponseMessage> Me(HttpResponseMessage signedIn)
    {
        Assert.Equal(Front, signedIn.Headers.Location!.OriginalString);
        var token = Assert.Single(signedIn.Headers.GetValues("Set-Cookie"), cookie => cookie.StartsWith("token=ey", StringComparison.Ordinal));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/auth/me");
        request.Headers.Add("Cookie", token.Split(';')[0]);
        return await app.Http.SendAsync(request, Ct);
    }

    protected static string StateOf(Uri challenge) => QueryHelpers.ParseQuery(challenge.Query)["state"].ToString();

    protected async Task<HttpResponseMessage> ReturnLate(Uri challenge, string cookie, GoogleAnswer user)
    {
        app.Clock.Advance(TimeSpan.FromMinutes(11));
        return await Return($"code={app.Google.Agree(challenge, user)}&state={Uri.EscapeDataString(StateOf(challenge))}", cookie);
    }

    protected static void AssertRefused(HttpResponseMessage response)
    {
        Assert.Equal(HttpStatusCode.Redirect, response.StatusCode);
        Assert.Equal($"{Front}/auth/signin?error=GOOGLE_FAILED", response.Headers.Location!.OriginalString);
        AssertNoSession(response);
    }

    protected static void AssertNoSession(HttpResponseMessage response) => Assert.DoesNotContain(
        response.Headers.TryGetValues("Set-Cookie", out var cookies) ? cookies : [],
        cookie => cookie.StartsWith("token=", StringComparison.Ordinal) || cookie.StartsWith("refresh=", StringComparison.Ordinal));

    protected async Task AssertNobody(GoogleAnswer user) =>
        Assert.Null(await app.Service.Services.GetRequiredService<AccountStore>().FindByEmailAsync(user.email, Ct));

    protected async Task<System.Text.Json.JsonElement> Send(string path, object body, string cookies)
    {
        using var response = await Post("/api/v1/auth/second-factor" + path, body, cookies);
        return await response.Should(HttpStatusCode.OK);
    }

    protected async Task<HttpResponseMessage> Post(string path, object? body, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Content = body is null ? null : System.Net.Http.Json.JsonContent.Create(body);
        request.Headers.Add("Cookie", cookies);
        return await app.Http.SendAsync(request, Ct);
    }

    /// <summary>What Google's userinfo says, in its own spelling.</summary>
    protected sealed record GoogleAnswer(string sub, string email, bool email_verified, string name, object? hd = null);
}
