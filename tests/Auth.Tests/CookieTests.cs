using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Auth as it runs in Production, on keys that were made before.</summary>
public class ProductionAuth : AuthApp
{
    public override void Prepare(TestSetup test)
    {
        test.Environment = "Production";
        test.Settings["PublicUrl"] = "https://art.example";
        test.Settings["FrontendUrl"] = "https://art.example";
        test.Configure = builder => new KeyFolder(
            Options.Create(new KeyOptions { Folder = builder.Configuration["Keys:Folder"]! }), new HostingEnvironment { EnvironmentName = "Setup" }).MakeMissing();
    }
}

/// <summary>The same for a storefront on another site.</summary>
public sealed class AuthForAnotherSite : ProductionAuth
{
    public override void Prepare(TestSetup test)
    {
        base.Prepare(test);
        test.Settings["FrontendUrl"] = "https://shop.example";
        test.Settings["Cookies:SameSite"] = "None";
    }
}

/// <summary>The same where nobody has said under which address it is reached.</summary>
public sealed class AuthWithoutAddress : ProductionAuth
{
    public override void Prepare(TestSetup test)
    {
        base.Prepare(test);
        test.Settings.Remove("PublicUrl");
    }
}

[Proves(Requirement.Cookies)]
public sealed class CookieTests(ProductionAuth production, AuthForAnotherSite elsewhere, AuthWithoutAddress unnamed, AuthApp development)
    : IClassFixture<ProductionAuth>, IClassFixture<AuthForAnotherSite>, IClassFixture<AuthWithoutAddress>, IClassFixture<AuthApp>
{
    [Fact]
    public async Task A_Production_that_was_not_told_its_address_sends_them_over_https_only() => Assert.All(
        (await AllAnswersAsync(unnamed)).SelectMany(cookies => cookies), cookie => Assert.True(cookie.Secure));

    [Fact]
    public async Task In_Production_the_cookies_are_for_our_host_over_https_and_no_script()
    {
        foreach (var cookies in await AllAnswersAsync(production))
        {
            Assert.Equal(["token", "refresh"], cookies.Select(cookie => cookie.Name.ToString()));
            Assert.All(cookies, cookie =>
            {
                Assert.True(cookie.Secure);
                Assert.True(cookie.HttpOnly);
                Assert.Equal("/", cookie.Path.Value);
                Assert.False(cookie.Domain.HasValue);
                Assert.Empty(cookie.Extensions);
            });
            Assert.Equal([SameSiteMode.Lax, SameSiteMode.Strict], cookies.Select(cookie => cookie.SameSite));
        }
    }

    [Fact]
    public async Task Those_that_bind_codes_and_know_browsers_are_kept_as_well()
    {
        var person = AuthApp.Someone();
        using var signUp = await production.Post("/email-signup", person);
        using var verified = await production.Post("/email-verify", new { person.Email, otp = await production.CodeFor(person.Email) });
        await verified.Should(HttpStatusCode.OK);

        var flow = Assert.Single(SetCookieHeaderValue.ParseList([.. signUp.Headers.GetValues("Set-Cookie")]));
        var device = Assert.Single(SetCookieHeaderValue.ParseList([.. verified.Headers.GetValues("Set-Cookie")]), cookie => cookie.Name == "device");
        Assert.All([flow, device], cookie => Assert.Equal(
            (true, true, SameSiteMode.Lax, "/", false), (cookie.Secure, cookie.HttpOnly, cookie.SameSite, cookie.Path.Value, cookie.Domain.HasValue)));
        Assert.Equal((TimeSpan.FromDays(1), TimeSpan.FromDays(180)), (flow.MaxAge, device.MaxAge));
    }

    [Fact]
    public async Task They_live_as_long_as_the_session_may_rest_and_signing_out_removes_them()
    {
        var (signIn, refresh, signOut) = await AllAnswersAsync(production) is [var first, var second, var third] ? (first, second, third) : default;

        Assert.All(signIn.Concat(refresh), cookie => Assert.Equal(TimeSpan.FromDays(14), cookie.MaxAge));
        Assert.All(signOut, cookie => Assert.True(cookie.Expires < DateTimeOffset.UtcNow && cookie.Value.Value == ""));
    }

    [Fact]
    public async Task For_a_storefront_on_another_site_they_are_sent_across_sites_and_over_https_only()
    {
        foreach (var cookies in await AllAnswersAsync(elsewhere))
        {
            Assert.All(cookies, cookie => Assert.Equal(
                (SameSiteMode.None, true, true, "/"), (cookie.SameSite, cookie.Secure, cookie.HttpOnly, cookie.Path.Value)));
        }
    }

    [Fact]
    public async Task In_development_they_work_over_http() => Assert.All(
        (await AllAnswersAsync(development)).SelectMany(cookies => cookies),
        cookie => Assert.Equal((false, true, "/"), (cookie.Secure, cookie.HttpOnly, cookie.Path.Value)));

    /// <summary>The session cookies that come with sign-in, renewal and sign-out.</summary>
    private static async Task<IReadOnlyList<IReadOnlyList<SetCookieHeaderValue>>> AllAnswersAsync(AuthApp app)
    {
        var member = await app.Join();
        using var signIn = await app.Post("/email-signin", new { member.Person.Email, member.Person.Password });
        await signIn.Should(HttpStatusCode.OK);
        var cookies = Cookies(signIn);
        using var refresh = await Send(app, "/api/v1/auth/refresh", $"refresh={cookies[1].Value}");
        await refresh.Should(HttpStatusCode.OK);
        var renewed = Cookies(refresh);
        using var signOut = await Send(app, "/api/v1/auth/signout", $"token={renewed[0].Value}; refresh={renewed[1].Value}");
        await signOut.Should(HttpStatusCode.OK);
        return [cookies, renewed, Cookies(signOut)];
    }

    private static async Task<HttpResponseMessage> Send(AuthApp app, string path, string cookies)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        request.Headers.Add("Cookie", cookies);
        return await app.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static IReadOnlyList<SetCookieHeaderValue> Cookies(HttpResponseMessage answer) =>
        [.. SetCookieHeaderValue.ParseList([.. answer.Headers.GetValues("Set-Cookie")]).Where(cookie => cookie.Name.Value is "token" or "refresh")];
}
