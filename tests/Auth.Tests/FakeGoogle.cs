using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace Visuels.Auth.Tests;

/// <summary>A provider on loopback that checks what Google checks: client, redirect address and PKCE.</summary>
public sealed class FakeGoogle : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (string Challenge, string RedirectUri, object User)> _codes = [];
    private readonly ConcurrentDictionary<string, object> _tokens = [];

    private FakeGoogle(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<FakeGoogle> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var google = new FakeGoogle(app);
        app.MapPost("/token", (Delegate)google.Token);
        app.MapGet("/userinfo", (Delegate)google.UserInfo);
        await app.StartAsync();
        return google;
    }

    /// <summary>What the user does on Google's page: agrees, and is sent back with a code.</summary>
    public string Agree(Uri challenge, object user)
    {
        var query = QueryHelpers.ParseQuery(challenge.Query);
        Assert.Equal(("code", "S256"), (query["response_type"].ToString(), query["code_challenge_method"].ToString()));
        var code = RandomNumberGenerator.GetHexString(16);
        _codes[code] = (query["code_challenge"].ToString(), query["redirect_uri"].ToString(), user);
        return code;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task<IResult> Token(HttpContext context)
    {
        var form = await context.Request.ReadFormAsync();
        var code = form["code"].ToString();
        // Good once, as at Google.
        var isGood = _codes.TryRemove(code, out var agreed)
            && form["client_id"] == "client" && form["client_secret"] == "secret"
            && form["redirect_uri"] == agreed.RedirectUri
            && WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(form["code_verifier"].ToString()))) == agreed.Challenge;
        if (!isGood)
        {
            return Results.Json(new { error = "invalid_grant" }, statusCode: 400);
        }

        if (agreed.User is TokenAnswer own)
        {
            return await own.Answer(context);
        }

        _tokens[code] = agreed.User;
        return Results.Json(new { access_token = code, token_type = "Bearer", expires_in = 60 });
    }

    private Task<IResult> UserInfo(HttpContext context) => _tokens.TryGetValue(context.Request.Headers.Authorization.ToString()["Bearer ".Length..], out var user)
        ? user is UserInfoAnswer own ? own.Answer(context) : Task.FromResult(Results.Json(user))
        : Task.FromResult(Results.Unauthorized());
}

/// <summary>In the place of a user: what the token endpoint answers instead.</summary>
public sealed record TokenAnswer(Func<HttpContext, Task<IResult>> Answer);

/// <summary>In the place of a user: what userinfo answers instead.</summary>
public sealed record UserInfoAnswer(Func<HttpContext, Task<IResult>> Answer);
