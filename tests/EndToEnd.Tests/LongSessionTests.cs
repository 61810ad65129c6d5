using System.Net;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using Visuels.Auth;
using Visuels.Contracts.Accounts;
using Visuels.Gateway;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

public sealed class LongSessionTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_session_lasts_for_an_hour_by_cookies_alone()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var auth = await ServiceUnderTest.StartAsync(AuthService.Build, test => test.Clock = clock);
        await using var gateway = await StartGatewayAsync(auth.Address, clock);
        using var browser = new HttpClient { BaseAddress = new Uri(gateway.Urls.First()) };
        await SignUpAsync(browser, auth);

        for (var minutes = 0; minutes < 60; minutes += 4)
        {
            clock.Advance(TimeSpan.FromMinutes(4));
            // A page of the storefront sends several requests at once.
            var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => browser.GetAsync("/auth/me", Ct)));
            Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        }

        await browser.PostAsync("/auth/signout", null, Ct).ExpectAsync(HttpStatusCode.OK, Ct);
        await browser.GetAsync("/auth/me", Ct).ExpectAsync(HttpStatusCode.Unauthorized, Ct);
    }

    private static async Task SignUpAsync(HttpClient browser, ServiceUnderTest auth)
    {
        await browser.PostAsJsonAsync("/auth/email-signup", new { email = "ann@example.com", username = "ann", name = "Ann", password = "a quiet afternoon", role = "USER" }, Ct)
            .ExpectAsync(HttpStatusCode.Created, Ct);
        var issued = await auth.Bus.NextAsync<EmailCodeIssued>(code => code.Email == "ann@example.com");
        var otp = issued.OpenCode(auth.Services.GetRequiredService<KeyFolder>().Ring(KeyFolder.SealingRing));
        await browser.PostAsJsonAsync("/auth/email-verify", new { email = "ann@example.com", otp }, Ct).ExpectAsync(HttpStatusCode.OK, Ct);
    }

    internal static async Task<WebApplication> StartGatewayAsync(Uri auth, TimeProvider clock)
    {
        var gateway = GatewayService.Build(["--environment=Development"], builder =>
        {
            builder.WebHost.UseUrls("http://127.0.0.1:0");
            builder.Logging.SetMinimumLevel(LogLevel.Warning);
            builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["Services:auth"] = auth.ToString() });
            builder.Services.AddSingleton(clock);
        });
        await gateway.StartAsync();
        return gateway;
    }
}
