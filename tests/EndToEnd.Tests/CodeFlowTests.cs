using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

public sealed class CodeFlowTests
{
    private const string Email = "ann@example.com";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.CodesChecked)]
    [Proves(Requirement.PasswordChange)]
    public async Task Behind_the_Gateway_too_a_code_is_good_in_the_browser_that_asked_for_it()
    {
        await using var auth = await ServiceUnderTest.StartAsync(AuthService.Build);
        await using var gateway = await LongSessionTests.StartGatewayAsync(auth.Address, TimeProvider.System);
        using var browser = new HttpClient { BaseAddress = new Uri(gateway.Urls.First()) };
        using var other = new HttpClient { BaseAddress = browser.BaseAddress };
        await Post(browser, "email-signup", new { email = Email, username = "ann", name = "Ann", password = "a quiet afternoon", role = "USER" }, HttpStatusCode.Created);
        // As a browser that has been updated meanwhile: what counts is the cookie.
        browser.DefaultRequestHeaders.UserAgent.ParseAdd("Browser/2");
        await Verify(auth, browser, other);

        await Post(browser, "password/forgot", new { email = Email }, HttpStatusCode.Accepted);
        browser.DefaultRequestHeaders.UserAgent.ParseAdd("Browser/3");
        var otp = await CodeAsync(auth, CodePurposes.ResetPassword);
        var reset = new { email = Email, otp, password = "another quiet afternoon" };
        Assert.Equal("otp_wrong", (await Post(other, "password/reset", reset, HttpStatusCode.BadRequest)).Text("code"));
        await Post(browser, "password/reset", reset, HttpStatusCode.OK);

        // All sessions have ended, this browser's too.
        await browser.GetAsync("/auth/me", Ct).ExpectAsync(HttpStatusCode.Unauthorized, Ct);
        await Post(other, "email-signin", new { email = Email, password = "a quiet afternoon" }, HttpStatusCode.Unauthorized);
        await Post(browser, "email-signin", new { email = Email, password = "another quiet afternoon" }, HttpStatusCode.OK);
        await browser.GetAsync("/auth/me", Ct).ExpectAsync(HttpStatusCode.OK, Ct);
    }

    private static async Task Verify(ServiceUnderTest auth, HttpClient browser, HttpClient other)
    {
        var body = new { email = Email, otp = await CodeAsync(auth, CodePurposes.VerifyEmail) };
        other.DefaultRequestHeaders.UserAgent.ParseAdd("Other/1");
        Assert.Equal("otp_wrong", (await Post(other, "email-verify", body, HttpStatusCode.BadRequest)).Text("code"));
        await Post(browser, "email-verify", body, HttpStatusCode.OK);
    }

    private static async Task<string> CodeAsync(ServiceUnderTest auth, string purpose)
    {
        var issued = await auth.Bus.NextAsync<EmailCodeIssued>(code => code.Email == Email && code.Purpose == purpose);
        return issued.OpenCode(auth.Services.GetRequiredService<KeyFolder>().Ring(KeyFolder.SealingRing))!;
    }

    private static async Task<JsonElement> Post(HttpClient http, string path, object body, HttpStatusCode expected) =>
        await http.PostAsJsonAsync($"/auth/{path}", body, Ct).ExpectAsync(expected, Ct);
}
