using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Tests;

public sealed class SignUpTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Fact]
    public async Task A_newcomer_signs_up_proves_the_address_and_is_known()
    {
        var person = AuthApp.Someone(Roles.Artist);

        var answer = await app.SignUp(person with { Email = $"  {person.Email.ToUpperInvariant()} " });

        Assert.True(answer.GetProperty("status").GetBoolean());
        Assert.Equal("otp sent", answer.Text("msg"));
        Assert.Equal(
            (person.Email, person.Username, person.Name, "ARTIST"),
            (answer.GetProperty("user").Text("email"), answer.GetProperty("user").Text("username"), answer.GetProperty("user").Text("name"), answer.GetProperty("user").Text("role")));

        using var verified = await app.Verify(person.Email, await app.CodeFor(person.Email));
        var tokens = await verified.Should(HttpStatusCode.OK);
        using var http = app.Service.Client(tokens.Text("accessToken"));
        using var me = await http.Get("/api/v1/auth/me");
        var user = (await me.Should(HttpStatusCode.OK)).GetProperty("user");
        Assert.Equal(person.Email, user.Text("email"));
        Assert.Equal("ARTIST", user.Text("role"));
        Assert.True(user.TryGetProperty("joinDate", out _));

        var registered = await app.Service.Bus.NextAsync<UserRegistered>(e => e.Email == person.Email);
        Assert.Equal(user.Text("_id"), registered.UserId);
    }
}
