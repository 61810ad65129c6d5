using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using MimeKit;
using OtpNet;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests.Canaries;

/// <summary>Somebody who comes through the Gateway with tokens, and remembers every secret that they were told or told.</summary>
internal sealed partial class Customer(ObservedServices services, string name, string role)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public string Email { get; } = $"{name}.canary@example.com";

    public string Username { get; } = $"{name}-canary";

    public string Password { get; set; } = $"canary {name} first p\u00e4ssword";

    public string Id { get; private set; } = "";

    public string AccessToken { get; private set; } = "";

    public string RefreshToken { get; private set; } = "";

    public List<string> Secrets { get; } = [];

    /// <summary>They bind codes to browsers, and without the code are good for nothing.</summary>
    public List<string> Flows { get; } = [];

    /// <summary>Six digits each: found by themselves, not within other numbers.</summary>
    public List<string> Codes { get; } = [];

    public async Task JoinAsync()
    {
        var signedUp = await Post("/auth/email-signup", new { Email, Username, name, Password, role }).ExpectAsync(HttpStatusCode.Created, Ct);
        var flow = signedUp.Text("flow");
        Flows.Add(flow);
        var code = await CodeAsync();
        await Post("/auth/email-verify?tokens=true", new { Email, otp = Wrong(code), flow }).ExpectAsync(HttpStatusCode.BadRequest, Ct);
        Enter(await Post("/auth/email-verify?tokens=true", new { Email, otp = code, flow }).ExpectAsync(HttpStatusCode.OK, Ct));
        Remember(Password);
    }

    public void Enter(JsonElement tokens)
    {
        (AccessToken, RefreshToken) = (Remember(tokens.Text("accessToken")), Remember(tokens.Text("refreshToken")));
        Id = tokens.GetProperty("user").Text("_id");
    }

    public string Remember(string secret)
    {
        Secrets.Add(secret);
        return secret;
    }

    /// <summary>The newest code that was mailed to somebody, or to an address that they want; others before do not count.</summary>
    public async Task<string> CodeAsync(string? address = null)
    {
        var code = await Eventually.Until(
            async () => (await MailsAsync(address ?? Email)).Select(text => SixDigits().Match(text).Value).LastOrDefault(digits => digits.Length == 6 && !Codes.Contains(digits)),
            $"{address ?? Email} has a new code");
        Codes.Add(code);
        return code;
    }

    /// <summary>The token that the address before is mailed when an account moves.</summary>
    public async Task<string> UndoTokenAsync() => Remember(await Eventually.Until(
        async () => (await MailsAsync(Email)).Select(text => UndoToken().Match(text).Groups[1].Value).LastOrDefault(token => token.Length > 0), $"{Email} can undo the change"));

    public string AppCode(string secret, int step = 0)
    {
        var code = new Totp(Base32Encoding.ToBytes(secret)).ComputeTotp(DateTime.UtcNow.AddSeconds(30 * step));
        Codes.Add(code);
        return code;
    }

    public static string Wrong(string code) => code == "000000" ? "111111" : "000000";

    public Task<HttpResponseMessage> Post(string path, object body, string? token = null) => Send(HttpMethod.Post, path, JsonContent.Create(body), token);

    public Task<HttpResponseMessage> Send(HttpMethod method, string path, HttpContent? content = null, string? token = null)
    {
        var request = new HttpRequestMessage(method, new Uri(services.AddressOf("gateway"), $"/api/v1{path}")) { Content = content };
        if (token is not null)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        }

        return services.Http.SendAsync(request, Ct);
    }

    private async Task<IReadOnlyList<string>> MailsAsync(string address)
    {
        var texts = new List<string>();
        foreach (var mail in services.Smtp.Received.Where(mail => mail.Recipient == address))
        {
            using var raw = new MemoryStream(System.Text.Encoding.UTF8.GetBytes(mail.Raw));
            texts.Add((await MimeMessage.LoadAsync(raw, Ct)).TextBody ?? "");
        }

        return texts;
    }

    [GeneratedRegex(@"\?token=([0-9a-f.]+)")]
    private static partial Regex UndoToken();

    [GeneratedRegex(@"(?<!\S)[0-9]{6}(?!\S)")]
    private static partial Regex SixDigits();
}
