using System.Net.Http.Json;
using System.Text.Json;
using OtpNet;

namespace Visuels.Auth.Tests;

/// <summary>Somebody with an authenticator app, and what they do with it.</summary>
internal sealed class FactorHolder(AuthApp app, Member member, string secret, IReadOnlyList<string> recoveryCodes)
{
    public Member Member => member;

    public IReadOnlyList<string> RecoveryCodes => recoveryCodes;

    /// <summary>What the app shows now, or showed so many steps ago.</summary>
    public string Code(int steps = 0) => CodeOf(secret, app.Clock.GetUtcNow().AddSeconds(30 * steps));

    /// <summary>What the app shows once its present code has been used.</summary>
    public string NextCode()
    {
        Pass(TimeSpan.FromSeconds(30));
        return Code();
    }

    /// <summary>Lets time pass until no two of the codes about now are the same by chance.</summary>
    public void Pass(TimeSpan time)
    {
        app.Clock.Advance(time);
        while (Enumerable.Range(-2, 5).Select(Code).Distinct().Count() < 5)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(30));
        }
    }

    /// <summary>Six digits that no step about now has.</summary>
    public string WrongCode() => Enumerable.Range(0, 10).Select(digit => new string((char)('0' + digit), 6))
        .First(code => Enumerable.Range(-2, 5).All(step => Code(step) != code));

    public async Task<string> Ticket()
    {
        using var signIn = await app.SignIn(member.Person.Email, member.Person.Password);
        return (await signIn.Refuses(HttpStatusCode.Unauthorized, "second_factor_required")).Text("ticket");
    }

    public Task<HttpResponseMessage> Verify(string ticket, string code) => app.Post("/second-factor/verify?tokens=true", new { ticket, code });

    public static string CodeOf(string secret, DateTimeOffset now) => new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(now.UtcDateTime);

    public static async Task<string> Begin(Member member)
    {
        using var begun = await member.Http.Send(HttpMethod.Post, "", new { password = member.Person.Password });
        return (await begun.Should(HttpStatusCode.OK)).Text("secret");
    }

    /// <summary>Somebody new who has switched the factor on. The code of that step is used.</summary>
    public static async Task<FactorHolder> Join(AuthApp app)
    {
        var member = await app.Join();
        var secret = await Begin(member);
        using var confirmed = await member.Http.Send(HttpMethod.Post, "/confirm", new { code = CodeOf(secret, app.Clock.GetUtcNow()) });
        return new FactorHolder(app, member, secret, CodesIn(await confirmed.Should(HttpStatusCode.OK)));
    }

    public static async Task<JsonElement> State(Member member)
    {
        using var state = await member.Http.Send(HttpMethod.Get, "");
        return await state.Should(HttpStatusCode.OK);
    }

    public static async Task<bool> IsOn(Member member) => (await State(member)).GetProperty("enabled").GetBoolean();

    public static IReadOnlyList<string> CodesIn(JsonElement answer) =>
        [.. answer.GetProperty("recoveryCodes").EnumerateArray().Select(code => code.GetString()!)];
}

internal static class FactorRequests
{
    public static async Task<HttpResponseMessage> Send(this HttpClient http, HttpMethod method, string path, object? body = null)
    {
        using var request = new HttpRequestMessage(method, "/api/v1/auth/second-factor" + path);
        request.Content = body is null ? null : JsonContent.Create(body);
        return await http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
