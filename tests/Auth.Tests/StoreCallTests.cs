using System.Net.Http.Json;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.Auth.Tests;

/// <summary>What a request costs the store.</summary>
public sealed class StoreCallTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Signing_up_and_in_costs_a_handful_of_calls()
    {
        var person = AuthApp.Someone();

        Assert.Equal(4, await StoreCalls.CountAsync(() => app.Post("/email-signup", person)));
        var code = await app.CodeFor(person.Email);
        Assert.Equal(7, await StoreCalls.CountAsync(() => app.Verify(person.Email, code)));
        Assert.Equal(5, await StoreCalls.CountAsync(() => app.SignIn(person.Email, person.Password)));
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal(3, await StoreCalls.CountAsync(() => app.Post("/email-resend-otp", new { person.Email })));
    }

    [Fact]
    public async Task Renewing_a_session_costs_two_and_a_page_load_one()
    {
        var member = await app.Join();

        Assert.Equal(1, await StoreCalls.CountAsync(() => member.Http.Get("/api/v1/auth/me")));
        Assert.Equal(2, await StoreCalls.CountAsync(() => app.Post("/refresh", new { member.RefreshToken })));
        Assert.Equal(1, await StoreCalls.CountAsync(() => member.Http.Get("/api/v1/user/profile/me")));
        Assert.Equal(1, await StoreCalls.CountAsync(() => member.Http.Patch("/api/v1/user/profile/update", new { city = "Pune", state = "MH" })));
    }

    [Fact]
    public async Task Many_artists_and_many_cards_cost_one()
    {
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await app.Join(Roles.Artist)).Id.ToString());
        }

        using var order = app.Service.AsService("order", "auth");
        Assert.Equal(1, await StoreCalls.CountAsync(() => order.PostAsJsonAsync("/api/v1/auth/internal/cards", new { ids }, Ct)));
        Assert.Equal(1, await StoreCalls.CountAsync(() => app.Http.Get("/api/v1/auth/artists?q=person&limit=5")));
    }
}
