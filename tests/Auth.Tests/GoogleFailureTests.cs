using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Visuels.Auth.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>A provider that is not what it should be.</summary>
[Proves(Requirement.Google)]
public sealed class GoogleFailureTests(ImpatientGoogleApp app) : GoogleFlowTests(app), IClassFixture<ImpatientGoogleApp>
{
    private readonly ImpatientGoogleApp _app = app;

    public static TheoryData<string> Failures =>
        ["500", "hangs", "trickles", "garbage", "array", "empty", "redirect", "html", "no-sub", "number-sub", "number-email", "long-sub", "token-500", "token-hangs", "token-garbage", "token-empty"];

    [Theory]
    [MemberData(nameof(Failures))]
    public async Task A_provider_that_fails_hangs_or_talks_nonsense_sends_back_to_sign_in(string failure)
    {
        var email = User().email;
        Task<IResult> Text(string text) => Task.FromResult(Results.Text(text, "application/json"));
        async Task<IResult> Hang(HttpContext context, string? first = null)
        {
            if (first is not null)
            {
                await context.Response.WriteAsync(first);
                await context.Response.Body.FlushAsync();
            }

            await Task.Delay(Timeout.Infinite, context.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return Results.Empty;
        }

        object answer = failure switch
        {
            "500" => new UserInfoAnswer(_ => Task.FromResult(Results.StatusCode(500))),
            "hangs" => new UserInfoAnswer(context => Hang(context)),
            "trickles" => new UserInfoAnswer(context => Hang(context, """{"sub":""")),
            "garbage" => new UserInfoAnswer(_ => Text("{]")),
            "array" => new UserInfoAnswer(_ => Text("[]")),
            "empty" => new UserInfoAnswer(_ => Text("")),
            "redirect" => new UserInfoAnswer(_ => Task.FromResult(Results.Redirect("http://127.0.0.1:1/"))),
            "html" => new UserInfoAnswer(_ => Text("<html>")),
            "no-sub" => new UserInfoAnswer(_ => Text($$"""{"email":"{{email}}","email_verified":true}""")),
            "number-sub" => new UserInfoAnswer(_ => Text($$"""{"sub":{"$ne":null},"email":{"a":1},"email_verified":true}""")),
            "number-email" => new UserInfoAnswer(_ => Text("""{"sub":"number-email","email":17,"email_verified":true}""")),
            "long-sub" => new UserInfoAnswer(_ => Text($$"""{"sub":"{{new string('s', 256)}}","email":"{{email}}","email_verified":true}""")),
            "token-500" => new TokenAnswer(_ => Task.FromResult(Results.StatusCode(500))),
            "token-hangs" => new TokenAnswer(context => Hang(context)),
            "token-garbage" => new TokenAnswer(_ => Text("{]")),
            _ => new TokenAnswer(_ => Text("{}")),
        };
        var (challenge, cookie) = await Leave("mode=signup&role=USER");

        using var back = await Return($"code={_app.Google.Agree(challenge, answer)}&state={Uri.EscapeDataString(StateOf(challenge))}", cookie);

        AssertRefused(back);
        Assert.Null(await _app.Service.Services.GetRequiredService<AccountStore>().FindByEmailAsync(email, Ct));
    }
}
