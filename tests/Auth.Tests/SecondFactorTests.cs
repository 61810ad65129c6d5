using MongoDB.Driver;
using Visuels.Auth.SecondFactor;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Signing in with a second factor.</summary>
[Proves(Requirement.SecondFactor)]
public sealed class SecondFactorTests(AuthApp app) : IClassFixture<AuthApp>
{
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Codes_are_those_of_RFC_6238(long second, string code)
    {
        // "12345678901234567890" of appendix B, in base32.
        const string Seed = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

        Assert.Equal(second / 30, AuthenticatorCodes.StepOf(Seed, code, At(second)));
        Assert.Equal(second / 30, AuthenticatorCodes.StepOf(Seed, code, At(second + 30)));
        Assert.Equal(second / 30, AuthenticatorCodes.StepOf(Seed, code, At(second - 30)));
        Assert.Null(AuthenticatorCodes.StepOf(Seed, code, At(second + 60)));
        Assert.Null(AuthenticatorCodes.StepOf(Seed, "999999", At(second)));
    }

    [Fact]
    public async Task The_password_alone_begins_no_session_and_with_the_code_it_does()
    {
        var holder = await FactorHolder.Join(app);

        using var password = await app.Post("/email-signin", new { holder.Member.Person.Email, holder.Member.Person.Password });
        var asked = await password.Refuses(HttpStatusCode.Unauthorized, "second_factor_required");
        Assert.Equal(300, asked.GetProperty("expiresIn").GetInt32());
        Assert.False(asked.TryGetProperty("accessToken", out _));
        Assert.False(password.Headers.Contains("Set-Cookie"));

        using var verified = await app.Post("/second-factor/verify", new { ticket = asked.Text("ticket"), code = holder.NextCode() });
        Assert.Equal(holder.Member.Id.ToString(), (await verified.Should(HttpStatusCode.OK)).GetProperty("user").Text("_id"));
        Assert.Equal(["device", "refresh", "token"], verified.Headers.GetValues("Set-Cookie").Select(cookie => cookie.Split('=')[0]).Order());
        using var tokens = await holder.Verify(await holder.Ticket(), holder.NextCode());
        using var session = app.Service.Client((await tokens.Should(HttpStatusCode.OK)).Text("accessToken"));
        using var me = await session.Get("/api/v1/auth/me");
        await me.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_code_is_good_for_its_step_and_the_ones_beside_it_and_only_once()
    {
        var holder = await FactorHolder.Join(app);
        using var usedToConfirm = await holder.Verify(await holder.Ticket(), holder.Code());
        await usedToConfirm.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");

        holder.Pass(TimeSpan.FromMinutes(5));
        using var early = await holder.Verify(await holder.Ticket(), holder.Code(steps: 1));
        await early.Should(HttpStatusCode.OK);
        foreach (var older in new[] { 1, 0, -1 })
        {
            using var refused = await holder.Verify(await holder.Ticket(), holder.Code(older));
            await refused.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        }

        holder.Pass(TimeSpan.FromMinutes(5));
        using var tooOld = await holder.Verify(await holder.Ticket(), holder.Code(-2));
        await tooOld.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        using var late = await holder.Verify(await holder.Ticket(), holder.Code(-1));
        await late.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_fifty_wrong_codes_at_once_five_are_looked_at_and_each_round_waits_twice_as_long()
    {
        var holder = await FactorHolder.Join(app);
        var ticket = await holder.Ticket();
        var wrong = holder.WrongCode();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => holder.Verify(ticket, wrong)));

        Assert.Equal(5, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        Assert.Equal(45, answers.Count(answer => answer.StatusCode == HttpStatusCode.TooManyRequests));
        foreach (var pause in new[] { 5, 10, 20 })
        {
            using var right = await holder.Verify(await holder.Ticket(), holder.NextCode());
            await right.Refuses(HttpStatusCode.TooManyRequests, "second_factor_throttled");
            Assert.InRange(right.Headers.RetryAfter!.Delta!.Value.TotalSeconds, (pause * 60) - 90, pause * 60);
            app.Clock.Advance(TimeSpan.FromMinutes(pause));
            var late = await holder.Ticket();
            var round = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => holder.Verify(late, holder.WrongCode())));
            Assert.Equal(5, round.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        }

        // Who is kept out by somebody else's guesses has another way in, and with it the guesses are forgotten.
        using var recovered = await holder.Verify(await holder.Ticket(), holder.RecoveryCodes[0]);
        await recovered.Should(HttpStatusCode.OK);
        using var app1 = await holder.Verify(await holder.Ticket(), holder.NextCode());
        await app1.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Of_twenty_right_codes_at_once_one_begins_a_session()
    {
        var holder = await FactorHolder.Join(app);
        var tickets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => holder.Ticket()));
        var code = holder.NextCode();

        var answers = await Task.WhenAll(tickets.Select(ticket => holder.Verify(ticket, code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest or HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_recovery_code_lets_in_once_also_when_twenty_try()
    {
        var holder = await FactorHolder.Join(app);
        var tickets = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => holder.Ticket()));

        var answers = await Task.WhenAll(tickets.Select(ticket => holder.Verify(ticket, holder.RecoveryCodes[3].ToUpperInvariant())));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.Equal(19, answers.Count(answer => answer.StatusCode == HttpStatusCode.BadRequest));
        var told = await app.Next<SecondFactorChanged>(e => e.UserId == holder.Member.Id.ToString() && e.Change == SecondFactorChanges.RecoveryCodeUsed);
        Assert.Equal(9, told.RecoveryCodesLeft);
        Assert.Equal(9, (await FactorHolder.State(holder.Member)).GetProperty("recoveryCodesLeft").GetInt32());
        using var another = await holder.Verify(await holder.Ticket(), holder.RecoveryCodes[4].Replace("-", "", StringComparison.Ordinal));
        await another.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_ticket_is_good_once_for_five_minutes_and_for_nothing_else()
    {
        var holder = await FactorHolder.Join(app);
        var ticket = await holder.Ticket();
        using var entered = await holder.Verify(ticket, holder.NextCode());
        await entered.Should(HttpStatusCode.OK);

        using var again = await holder.Verify(ticket, holder.NextCode());
        await again.Refuses(HttpStatusCode.Unauthorized, "ticket_invalid");
        var old = await holder.Ticket();
        var parts = old.Split('.');
        foreach (var forged in new[] { old[..^4] + "AAAA", $"{parts[0]}.{parts[1]}.{parts[2]}", "x", holder.Member.RefreshToken, ticket + "." })
        {
            using var refused = await holder.Verify(forged, holder.NextCode());
            await refused.Refuses(HttpStatusCode.Unauthorized, "ticket_invalid");
        }

        using var asRefreshToken = await app.Post("/refresh", new { refreshToken = old });
        await asRefreshToken.Refuses(HttpStatusCode.Unauthorized, "session_ended");
        using var bearer = app.Service.Client(old);
        using var asAccessToken = await bearer.Get("/api/v1/auth/me");
        await asAccessToken.Should(HttpStatusCode.Unauthorized);
        var late = await holder.Ticket();
        app.Clock.Advance(SecondFactorTickets.Life);
        using var tooLate = await holder.Verify(late, holder.NextCode());
        await tooLate.Refuses(HttpStatusCode.Unauthorized, "ticket_invalid");
    }

    [Fact]
    public async Task Twenty_requests_with_one_ticket_and_different_codes_begin_one_session()
    {
        var holder = await FactorHolder.Join(app);
        var ticket = await holder.Ticket();

        var answers = await Task.WhenAll(holder.RecoveryCodes.Append(holder.NextCode()).Select(code => holder.Verify(ticket, code)));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.InRange((await FactorHolder.State(holder.Member)).GetProperty("recoveryCodesLeft").GetInt32(), 9, 10);
    }

    [Fact]
    public async Task A_ticket_dies_with_the_sessions_of_its_account()
    {
        var holder = await FactorHolder.Join(app);
        var ticket = await holder.Ticket();
        await OperatorTests.Run(app, "users", "block", holder.Member.Person.Email);
        await OperatorTests.Run(app, "users", "unblock", holder.Member.Person.Email);

        using var refused = await holder.Verify(ticket, holder.NextCode());

        await refused.Refuses(HttpStatusCode.Unauthorized, "ticket_invalid");
        using var fresh = await holder.Verify(await holder.Ticket(), holder.NextCode());
        await fresh.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_blocked_account_enters_with_no_ticket()
    {
        var holder = await FactorHolder.Join(app);
        var ticket = await holder.Ticket();
        await OperatorTests.Run(app, "users", "block", holder.Member.Person.Email);

        using var refused = await holder.Verify(ticket, holder.NextCode());

        Assert.Contains(refused.StatusCode, new[] { HttpStatusCode.Forbidden, HttpStatusCode.Unauthorized });
        Assert.False(refused.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Bad_bodies_are_refused_and_cost_no_try()
    {
        var holder = await FactorHolder.Join(app);
        var ticket = await holder.Ticket();
        foreach (var body in new[]
        {
            "{}", $$"""{"ticket":"{{ticket}}"}""", $$"""{"code":{"$gt":""},"ticket":"{{ticket}}"}""", $$"""{"ticket":"{{ticket}}","code":"12345"}""",
            $$"""{"ticket":"{{ticket}}","code":"１２３４５６"}""", """{"ticket":{"$ne":null},"code":"123456"}""", $$"""{"ticket":"{{new string('x', 513)}}","code":"123456"}""",
        })
        {
            using var response = await app.Http.PostRaw("/api/v1/auth/second-factor/verify", body);
            await response.Should(HttpStatusCode.BadRequest);
        }

        using var right = await holder.Verify(ticket, holder.NextCode());
        await right.Should(HttpStatusCode.OK);
        using var stranger = await app.Http.Send(HttpMethod.Get, "");
        await stranger.Should(HttpStatusCode.Unauthorized);
    }

    private static DateTimeOffset At(long second) => DateTimeOffset.FromUnixTimeSeconds(second);
}
