using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.SecondFactor;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>Switching the second factor on and off.</summary>
[Proves(Requirement.SecondFactor)]
public sealed class SecondFactorSettingTests(AuthApp app) : IClassFixture<AuthApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private Authenticators Authenticators => app.Service.Services.GetRequiredService<Authenticators>();

    [Fact]
    public async Task It_is_begun_with_the_password_and_counts_from_the_first_code_on()
    {
        var member = await app.Join();
        using var wrong = await member.Http.Send(HttpMethod.Post, "", new { password = "not the password" });
        using var none = await member.Http.Send(HttpMethod.Post, "");
        await wrong.Refuses(HttpStatusCode.Forbidden, "wrong_password");
        await none.Refuses(HttpStatusCode.Forbidden, "reauthentication_required");
        using var early = await member.Http.Send(HttpMethod.Post, "/confirm", new { code = "123456" });
        await early.Refuses(HttpStatusCode.Conflict, "second_factor_not_begun");

        using var begun = await member.Http.Send(HttpMethod.Post, "", new { password = member.Person.Password });
        var answer = await begun.Should(HttpStatusCode.OK);
        var secret = answer.Text("secret");
        Assert.Matches("^[A-Z2-7]{32}$", secret);
        Assert.Equal(
            $"otpauth://totp/Visuels:{Uri.EscapeDataString(member.Person.Email)}?secret={secret}&issuer=Visuels&algorithm=SHA1&digits=6&period=30", answer.Text("uri"));
        Assert.Equal("no-store", begun.Headers.CacheControl?.ToString());
        using var notYet = await app.SignIn(member.Person.Email, member.Person.Password);
        await notYet.Should(HttpStatusCode.OK);
        Assert.False(await FactorHolder.IsOn(member));

        using var confirmed = await member.Http.Send(HttpMethod.Post, "/confirm", new { code = FactorHolder.CodeOf(secret, app.Clock.GetUtcNow()) });
        var codes = FactorHolder.CodesIn(await confirmed.Should(HttpStatusCode.OK));
        Assert.Equal(10, codes.Distinct().Count());
        Assert.All(codes, code => Assert.Matches("^[a-z2-9]{4}-[a-z2-9]{4}-[a-z2-9]{4}$", code));
        Assert.True(await FactorHolder.IsOn(member));
        using var me = await member.Http.Get("/api/v1/auth/me");
        Assert.True((await me.Should(HttpStatusCode.OK)).GetProperty("user").GetProperty("secondFactor").GetBoolean());
        using var twice = await member.Http.Send(HttpMethod.Post, "", new { password = member.Person.Password });
        await twice.Refuses(HttpStatusCode.Conflict, "second_factor_on");
        var told = await app.Next<SecondFactorChanged>(e => e.UserId == member.Id.ToString());
        Assert.Equal((SecondFactorChanges.SwitchedOn, 10, member.Person.Email), (told.Change, told.RecoveryCodesLeft, told.Email));
    }

    [Fact]
    public async Task Who_begins_in_the_instant_that_it_is_switched_on_takes_it_away_from_nobody()
    {
        var holder = await FactorHolder.Join(app);

        Assert.Null(await Authenticators.BeginAsync(await app.Account(holder.Member), Ct));

        Assert.True(await FactorHolder.IsOn(holder.Member));
    }

    [Fact]
    public async Task Who_is_signed_out_in_the_instant_of_the_first_code_locks_nobody_out()
    {
        var member = await app.Join();
        await FactorHolder.Begin(member);
        var read = await app.Account(member);
        await app.Service.Services.GetRequiredService<AccountStore>().EndSessionsAsync(member.Id, kept: null, Ct);

        Assert.Null(await Authenticators.ConfirmAsync(read, new Proof(Step: 1), Ct));

        Assert.False((await app.Account(member)).HasSecondFactor);
    }

    [Fact]
    public async Task A_code_switches_it_off_and_the_password_is_enough_again()
    {
        var holder = await FactorHolder.Join(app);
        using var wrong = await holder.Member.Http.Send(HttpMethod.Delete, "", new { code = holder.WrongCode() });
        await wrong.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        using var none = await holder.Member.Http.Send(HttpMethod.Delete, "");
        await none.Should(HttpStatusCode.BadRequest);

        using var off = await holder.Member.Http.Send(HttpMethod.Delete, "", new { code = holder.NextCode() });
        await off.Should(HttpStatusCode.NoContent);

        Assert.False(await FactorHolder.IsOn(holder.Member));
        using var signIn = await app.SignIn(holder.Member.Person.Email, holder.Member.Person.Password);
        await signIn.Should(HttpStatusCode.OK);
        await app.Next<SecondFactorChanged>(e => e.UserId == holder.Member.Id.ToString() && e.Change == SecondFactorChanges.SwitchedOff);
        using var again = await holder.Member.Http.Send(HttpMethod.Delete, "", new { code = holder.NextCode() });
        await again.Refuses(HttpStatusCode.Conflict, "second_factor_off");
    }

    [Fact]
    public async Task New_recovery_codes_take_the_place_of_the_old_ones()
    {
        var holder = await FactorHolder.Join(app);
        using var wrong = await holder.Member.Http.Send(HttpMethod.Post, "/recovery-codes", new { code = holder.WrongCode() });
        await wrong.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");

        using var renewed = await holder.Member.Http.Send(HttpMethod.Post, "/recovery-codes", new { code = holder.RecoveryCodes[0] });
        var fresh = FactorHolder.CodesIn(await renewed.Should(HttpStatusCode.OK));

        Assert.Empty(fresh.Intersect(holder.RecoveryCodes));
        using var old = await holder.Verify(await holder.Ticket(), holder.RecoveryCodes[1]);
        await old.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        using var recovered = await holder.Verify(await holder.Ticket(), fresh[9]);
        await recovered.Should(HttpStatusCode.OK);
        await app.Next<SecondFactorChanged>(e => e.UserId == holder.Member.Id.ToString() && e.Change == SecondFactorChanges.RecoveryCodesRenewed);
    }

    [Fact]
    public async Task A_secret_is_confirmed_by_one_of_twenty_within_a_quarter_of_an_hour_and_the_newest_counts()
    {
        var member = await app.Join();
        var first = await FactorHolder.Begin(member);
        var second = await FactorHolder.Begin(member);
        using var overtaken = await member.Http.Send(HttpMethod.Post, "/confirm", new { code = FactorHolder.CodeOf(first, app.Clock.GetUtcNow()) });
        await overtaken.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        app.Clock.Advance(Authenticator.EnrolmentLife);
        using var signIn = await app.SignIn(member.Person.Email, member.Person.Password);
        var fresh = member with { Http = app.Service.Client((await signIn.Should(HttpStatusCode.OK)).Text("accessToken")) };
        using var late = await fresh.Http.Send(HttpMethod.Post, "/confirm", new { code = FactorHolder.CodeOf(second, app.Clock.GetUtcNow()) });
        await late.Refuses(HttpStatusCode.Conflict, "second_factor_not_begun");

        var third = await FactorHolder.Begin(fresh);
        var code = FactorHolder.CodeOf(third, app.Clock.GetUtcNow());
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => fresh.Http.Send(HttpMethod.Post, "/confirm", new { code })));
        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.True(await FactorHolder.IsOn(fresh));
    }

    [Fact]
    public async Task Neither_seed_nor_codes_stand_in_the_store_or_in_events()
    {
        var member = await app.Join();
        var secret = await FactorHolder.Begin(member);
        using var confirmed = await member.Http.Send(HttpMethod.Post, "/confirm", new { code = FactorHolder.CodeOf(secret, app.Clock.GetUtcNow()) });
        var codes = FactorHolder.CodesIn(await confirmed.Should(HttpStatusCode.OK));
        await app.Next<SecondFactorChanged>(e => e.UserId == member.Id.ToString());

        var stored = (await app.Service.Database.GetCollection<BsonDocument>(AccountStore.Collection).Find(new BsonDocument("_id", member.Id)).FirstAsync(Ct)).ToJson();

        Assert.Contains("\"seed\" : \"v1.", stored, StringComparison.Ordinal);
        Assert.All(
            codes.Append(secret).Concat(codes.Select(code => code.Replace("-", "", StringComparison.Ordinal))),
            word => Assert.DoesNotContain(word, stored, StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task The_operator_takes_it_from_somebody_who_has_lost_everything()
    {
        var holder = await FactorHolder.Join(app);

        var (code, output) = await OperatorTests.Run(app, "users", "reset-second-factor", holder.Member.Person.Email);
        var (again, nothing) = await OperatorTests.Run(app, "users", "reset-second-factor", holder.Member.Person.Email);

        Assert.Equal((0, 0), (code, again));
        Assert.Contains("without a second factor", output, StringComparison.Ordinal);
        Assert.Contains("has no second factor", nothing, StringComparison.Ordinal);
        using var signIn = await app.SignIn(holder.Member.Person.Email, holder.Member.Person.Password);
        await signIn.Should(HttpStatusCode.OK);
        await app.Next<SecondFactorChanged>(e => e.UserId == holder.Member.Id.ToString() && e.Change == SecondFactorChanges.Removed);
    }
}
