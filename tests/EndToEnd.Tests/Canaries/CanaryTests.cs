using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using Visuels.EndToEnd.Tests.Access;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests.Canaries;

/// <summary>
/// A run through the whole marketplace, after which every secret of it is looked for in all logs, all events and all stores. What an error queue
/// holds is an event as it was published, and the ledger of mails is a store. Mails themselves hold codes, as they must; they end at the mail server.
/// </summary>
[Proves(Requirement.Logs)]
public sealed class CanaryTests(ObservedServices services) : IClassFixture<ObservedServices>
{
    private const string Said = "canary: meet me at the quay at seven";
    private const string Answered = "canary: I shall bring the picture";
    private const string WrongPassword = "canary wrong password";
    private const string Injected = "INJECTED-LINE";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves("T16"), Proves("T9"), Proves(Requirement.EventSealing)]
    public async Task No_secret_of_a_whole_run_stands_in_any_log_event_or_store()
    {
        var (artist, buyer, thief) = (new Customer(services, "artist", "ARTIST"), new Customer(services, "buyer", "USER"), new Customer(services, "thief", "USER"));
        Customer[] customers = [artist, buyer, thief];
        foreach (var customer in customers)
        {
            await customer.JoinAsync();
            await services.DumpAsync(Ct);
        }

        await TradeAsync(artist, buyer);
        await TalkAsync(artist, buyer);
        await services.DumpAsync(Ct);
        await ChangePasswordsAsync(buyer);
        await ChangeAddressAsync(buyer);
        await services.DumpAsync(Ct);
        var recoveryCode = await UseSecondFactorAsync(artist);
        await services.DumpAsync(Ct);
        await StealAsync(thief);
        await TrespassAsync(artist);
        await InjectLinesAsync();
        await services.DumpAsync(Ct);
        await artist.Send(HttpMethod.Get, "/auth/me/export", token: artist.AccessToken).ExpectAsync(HttpStatusCode.OK, Ct);
        await artist.Send(HttpMethod.Delete, "/auth/me", JsonContent.Create(new { artist.Password, code = recoveryCode }), artist.AccessToken).ExpectAsync(HttpStatusCode.NoContent, Ct);
        await services.DumpAsync(Ct);

        var traces = services.Traces().ToList();
        var found = new List<string>();
        void LookFor(string secret, IEnumerable<string> where) => found.AddRange(
            where.Where(trace => trace.Contains(secret, StringComparison.OrdinalIgnoreCase)).Select(trace => $"'{secret}' in {trace}"));
        foreach (var secret in customers.SelectMany(customer => customer.Secrets).Concat([Said, Answered, WrongPassword, "PRIVATE KEY"]).Concat(KeysOnDisk()))
        {
            LookFor(secret, traces);
        }

        // Two parts of a token, as sealed texts hold its first three letters now and then.
        found.AddRange(traces.Where(trace => Regex.IsMatch(trace, "eyJ[A-Za-z0-9_-]{10,}[.]eyJ")).Select(trace => $"a token in {trace}"));
        foreach (var code in customers.SelectMany(customer => customer.Codes))
        {
            var alone = new Regex($"(?<![0-9A-Za-z.]){code}(?![0-9A-Za-z.])");
            found.AddRange(traces.Where(trace => alone.IsMatch(trace)).Select(trace => $"'{code}' in {trace}"));
        }

        // Addresses stand in the store of accounts and in the copies and events that mails are sent by; hashes of passwords, and the flows that codes
        // are bound to, in the store of accounts alone.
        LookFor("canary@example.com", services.LogLines());
        foreach (var kept in customers.SelectMany(customer => customer.Flows).Append("AQAAAA"))
        {
            LookFor(kept, traces.Where(trace => !trace.StartsWith("store of auth", StringComparison.Ordinal)));
        }

        Assert.True(found.Count == 0, string.Join('\n', found.Take(20)));
        Assert.DoesNotContain(services.Logs.Lines, line => Regex.IsMatch(line, @"[\r\n\u0085\u2028]\s*" + Injected));
        // The search would find them: what must be there is.
        Assert.Contains(traces, trace => trace.StartsWith("event EmailCodeIssued", StringComparison.Ordinal) && trace.Contains("\"v1.", StringComparison.Ordinal));
        Assert.Contains(traces, trace => trace.StartsWith("store of chat", StringComparison.Ordinal) && trace.Contains("v1.", StringComparison.Ordinal));
        Assert.Contains(traces, trace => trace.StartsWith("store of jobs, mails", StringComparison.Ordinal));
        Assert.Contains(traces, trace => trace.StartsWith("log Microsoft.AspNetCore", StringComparison.Ordinal));
        AssertSecurityEvents(artist, buyer, thief);
    }

    private void AssertSecurityEvents(Customer artist, Customer buyer, Customer thief)
    {
        var ring = services["auth"].Services.GetRequiredService<KeyFolder>().Ring(KeyFolder.SealingRing);
        Assert.Equal(
            ["AddressProven", "SignedIn", "SecondFactorChanged", "SignedIn", "SecondFactorRefused", "RecoveryCodeUsed", "SignedIn", "AccessDenied", "DataExported", "RecoveryCodeUsed", "AccountDeleted"],
            services.SecurityEventsOf(artist.Id));
        Assert.Equal(
            [
                "AddressProven", "SignedIn", "SignInFailed", "CodeAsked", "PasswordChanged", "SignedIn", "PasswordChanged", "SessionsEnded",
                "SignedIn", "CodeAsked", "AddressChanged", "AddressChanged",
            ],
            services.SecurityEventsOf(buyer.Id));
        Assert.Equal(["AddressProven", "SignedIn", "RefreshTokenReused", "SessionsEnded"], services.SecurityEventsOf(thief.Id));
        foreach (var customer in new[] { artist, buyer, thief })
        {
            Assert.Equal(["CodeAsked", "CodeRefused"], services.SecurityEventsOf(SecurityLog.TagOf(customer.Email, ring)));
        }

        Assert.Equal(["SignInFailed"], services.SecurityEventsOf(SecurityLog.TagOf("nobody.canary@example.com", ring)));
        Assert.Equal(["CrossSiteRefused"], services.SecurityEventsOf("-"));
        Assert.Equal(["ServiceCallRefused", "ServiceCallRefused"], services.SecurityEventsOf("chat"));
    }

    private static async Task TradeAsync(Customer artist, Customer buyer)
    {
        using var form = RouteExamples.Artwork();
        var listed = await artist.Send(HttpMethod.Post, "/products", form, artist.AccessToken).ExpectAsync(HttpStatusCode.Created, Ct);
        var productId = listed.GetProperty("product").Text("_id");
        JsonElement placed = default;
        await Eventually.Until(
            async () =>
            {
                using var answer = await buyer.Post("/order/create", new { productId, requirement = "wrapped" }, buyer.AccessToken);
                placed = await answer.Content.ReadFromJsonAsync<JsonElement>(Ct);
                return answer.StatusCode == HttpStatusCode.Created;
            },
            "the order is placed");
        await artist.Send(HttpMethod.Patch, $"/order/{placed.GetProperty("order").Text("_id")}", JsonContent.Create(new { status = "ACCEPTED" }), artist.AccessToken)
            .ExpectAsync(HttpStatusCode.OK, Ct);
    }

    // By hub the access token travels in the address.
    private async Task TalkAsync(Customer artist, Customer buyer)
    {
        await buyer.Post($"/message/send/{artist.Id}", new { content = Said, type = "TEXT" }, buyer.AccessToken).ExpectAsync(HttpStatusCode.Created, Ct);
        await using var hub = new HubConnectionBuilder()
            .WithUrl(new Uri(services.AddressOf("gateway"), "/hub"), options => options.AccessTokenProvider = () => Task.FromResult<string?>(artist.AccessToken))
            .Build();
        await hub.StartAsync(Ct);
        await hub.InvokeAsync<JsonElement>("Send", buyer.Id, new { content = Answered, type = "TEXT", clientMessageId = "m-1" }, Ct);
    }

    private static async Task ChangePasswordsAsync(Customer buyer)
    {
        await buyer.Post("/auth/email-signin", new { buyer.Email, password = WrongPassword }).ExpectAsync(HttpStatusCode.Unauthorized, Ct);
        await buyer.Post("/auth/email-signin", new { email = "nobody.canary@example.com", password = WrongPassword }).ExpectAsync(HttpStatusCode.Unauthorized, Ct);
        var forgot = await buyer.Post("/auth/password/forgot", new { buyer.Email }).ExpectAsync(HttpStatusCode.Accepted, Ct);
        var flow = forgot.Text("flow");
        buyer.Flows.Add(flow);
        buyer.Password = buyer.Remember("canary buyer second password");
        await buyer.Post("/auth/password/reset", new { buyer.Email, otp = await buyer.CodeAsync(), buyer.Password, flow }).ExpectAsync(HttpStatusCode.OK, Ct);
        buyer.Enter(await buyer.Post("/auth/email-signin?tokens=true", new { buyer.Email, buyer.Password }).ExpectAsync(HttpStatusCode.OK, Ct));
        var next = buyer.Remember("canary buyer third password");
        await buyer.Send(HttpMethod.Put, "/auth/password", JsonContent.Create(new { current = buyer.Password, next }), buyer.AccessToken).ExpectAsync(HttpStatusCode.NoContent, Ct);
        await buyer.Post("/auth/signout", new { }, buyer.AccessToken).ExpectAsync(HttpStatusCode.OK, Ct);
        buyer.Password = next;
        buyer.Enter(await buyer.Post("/auth/email-signin?tokens=true", new { buyer.Email, buyer.Password }).ExpectAsync(HttpStatusCode.OK, Ct));
    }

    private static async Task ChangeAddressAsync(Customer buyer)
    {
        const string Next = "moved.canary@example.com";
        await buyer.Send(HttpMethod.Put, "/auth/email", JsonContent.Create(new { email = Next, buyer.Password }), buyer.AccessToken).ExpectAsync(HttpStatusCode.Accepted, Ct);
        await buyer.Post("/auth/email/confirm", new { otp = await buyer.CodeAsync(Next) }, buyer.AccessToken).ExpectAsync(HttpStatusCode.OK, Ct);
        var token = await buyer.UndoTokenAsync();
        using var page = await buyer.Send(HttpMethod.Get, $"/auth/email/undo?token={token}");
        using var undone = await buyer.Send(HttpMethod.Post, "/auth/email/undo", new FormUrlEncodedContent([new("token", token)]));
        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (page.StatusCode, undone.StatusCode));
    }

    /// <summary>Gives back a recovery code that was not used.</summary>
    private static async Task<string> UseSecondFactorAsync(Customer artist)
    {
        var begun = await artist.Post("/auth/second-factor", new { artist.Password }, artist.AccessToken).ExpectAsync(HttpStatusCode.OK, Ct);
        var secret = artist.Remember(begun.Text("secret"));
        var confirmed = await artist.Post("/auth/second-factor/confirm", new { code = artist.AppCode(secret) }, artist.AccessToken).ExpectAsync(HttpStatusCode.OK, Ct);
        var codes = confirmed.GetProperty("recoveryCodes").EnumerateArray().Select(code => artist.Remember(code.GetString()!)).ToList();
        artist.Enter(await Verify(await Ticket(), artist.AppCode(secret, step: 1)).ExpectAsync(HttpStatusCode.OK, Ct));
        var ticket = await Ticket();
        await Verify(ticket, Customer.Wrong(artist.AppCode(secret))).ExpectAsync(HttpStatusCode.BadRequest, Ct);
        artist.Enter(await Verify(ticket, codes[0]).ExpectAsync(HttpStatusCode.OK, Ct));
        codes.ForEach(code => artist.Remember(code.Replace("-", "", StringComparison.Ordinal)));
        return codes[1];

        Task<HttpResponseMessage> Verify(string ticket, string code) => artist.Post("/auth/second-factor/verify?tokens=true", new { ticket, code });

        async Task<string> Ticket()
        {
            using var signIn = await artist.Post("/auth/email-signin?tokens=true", new { artist.Email, artist.Password });
            Assert.Equal(HttpStatusCode.Unauthorized, signIn.StatusCode);
            return artist.Remember((await signIn.Content.ReadFromJsonAsync<JsonElement>(Ct)).Text("ticket"));
        }
    }

    /// <summary>A stolen refresh token, and a foreign page.</summary>
    private async Task StealAsync(Customer thief)
    {
        var first = thief.RefreshToken;
        for (var i = 0; i < 2; i++)
        {
            thief.Enter(await thief.Post("/auth/refresh?tokens=true", new { refreshToken = thief.RefreshToken }).ExpectAsync(HttpStatusCode.OK, Ct));
        }

        await thief.Post("/auth/refresh?tokens=true", new { refreshToken = first }).ExpectAsync(HttpStatusCode.Unauthorized, Ct);

        using var foreign = new HttpRequestMessage(HttpMethod.Post, new Uri(services.AddressOf("auth"), "/api/v1/auth/signout"));
        foreign.Headers.Add("Cookie", $"refresh={first}");
        foreign.Headers.Add("Origin", "https://evil.example");
        await services.Http.SendAsync(foreign, Ct).ExpectAsync(HttpStatusCode.Forbidden, Ct);
    }

    /// <summary>A role where another is asked for; a service that is not let in, and a token that is used twice.</summary>
    private async Task TrespassAsync(Customer artist)
    {
        await artist.Send(HttpMethod.Get, "/order/user", token: artist.AccessToken).ExpectAsync(HttpStatusCode.Forbidden, Ct);

        var schedules = new Uri(services.AddressOf("order"), "/internal/schedules");
        var notAllowed = services.Keys.ServiceToken("chat", "order", HttpMethod.Get, schedules);
        Assert.Equal(HttpStatusCode.Forbidden, await Ask(notAllowed));
        Assert.Equal(HttpStatusCode.Unauthorized, await Ask(notAllowed));

        async Task<HttpStatusCode> Ask(string token)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, schedules);
            request.Headers.Authorization = new("Bearer", token);
            using var answer = await services.Http.SendAsync(request, Ct);
            return answer.StatusCode;
        }
    }

    private async Task InjectLinesAsync()
    {
        var breaks = Uri.EscapeDataString($"x\r\n{Injected}\n{Injected}\u0085{Injected}\u2028{Injected}");
        using var visitor = new HttpClient();
        foreach (var path in new[] { $"auth/artists/{breaks}", $"auth/artists?q={breaks}", $"products?q={breaks}", $"products/{breaks}", $"{breaks}", $"auth/google?mode={breaks}" })
        {
            using var answer = await visitor.GetAsync(new Uri(services.AddressOf("gateway"), $"/api/v1/{path}"), Ct);
        }

        var name = $"X\r\n{Injected}";
        using var refused = await visitor.PostAsJsonAsync(
            new Uri(services.AddressOf("gateway"), "/api/v1/auth/email-signup"), new { email = "line.canary@example.com", username = name, name, password = "canary of a line", role = "USER" }, Ct);
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
    }

    private IEnumerable<string> KeysOnDisk() => Directory.GetFiles(services.Keys.Folder, "*", SearchOption.AllDirectories)
        .Where(file => file.EndsWith(".key", StringComparison.Ordinal) || (file.EndsWith(".pem", StringComparison.Ordinal) && !file.EndsWith(".pub.pem", StringComparison.Ordinal)))
        .SelectMany(File.ReadAllLines)
        .SelectMany(line => line.Split(' '))
        .Where(word => word.Length > 30 && !word.StartsWith('-'));
}
