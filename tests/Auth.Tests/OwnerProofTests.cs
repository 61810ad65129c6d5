using System.Net.Http.Json;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.SecondFactor;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

/// <summary>What takes a session and the password takes the second factor, too, where it is on.</summary>
[Proves(Requirement.SecondFactor)]
public sealed class OwnerProofTests(AuthApp app) : IClassFixture<AuthApp>
{
    private const string Next = "a brand new password";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.AccountLife)]
    public async Task An_account_with_a_second_factor_is_deleted_with_a_code_of_it_only()
    {
        var holder = await FactorHolder.Join(app);
        foreach (var (body, status, code) in Refused(holder, password => new { password }, (password, code) => new { password, code }))
        {
            using var refused = await Delete(holder, body);
            await refused.Refuses(status, code);
        }

        using var deleted = await Delete(holder, new { password = AuthApp.Password, code = holder.NextCode() });

        await deleted.Should(HttpStatusCode.NoContent);
        await app.Next<UserDeleted>(e => e.UserId == holder.Member.Id.ToString());
    }

    [Fact]
    [Proves(Requirement.PasswordChange)]
    public async Task The_password_of_an_account_with_a_second_factor_is_changed_with_a_code_of_it_only()
    {
        var holder = await FactorHolder.Join(app);
        foreach (var (body, status, code) in Refused(
            holder, current => new { current, next = Next }, (current, code) => new { current, next = Next, code }))
        {
            using var refused = await Change(holder, body);
            await refused.Refuses(status, code);
        }

        using var changed = await Change(holder, new { current = AuthApp.Password, next = Next, code = holder.NextCode() });

        await changed.Should(HttpStatusCode.NoContent);
        await app.Next<PasswordChanged>(e => e.UserId == holder.Member.Id.ToString());
    }

    [Fact]
    public async Task A_recovery_code_does_as_well_once_and_its_owner_is_told()
    {
        var holder = await FactorHolder.Join(app);
        var code = holder.RecoveryCodes[0];

        using var changed = await Change(holder, new { current = AuthApp.Password, next = Next, code });
        using var again = await Change(holder, new { current = Next, next = Next + " 2", code });

        await changed.Should(HttpStatusCode.NoContent);
        await again.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        var told = await app.Next<SecondFactorChanged>(e => e.UserId == holder.Member.Id.ToString() && e.Change == SecondFactorChanges.RecoveryCodeUsed);
        Assert.Equal(9, told.RecoveryCodesLeft);
    }

    [Fact]
    public async Task One_code_changes_one_password_however_many_ask_at_once()
    {
        var holder = await FactorHolder.Join(app);
        var code = holder.NextCode();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Change(holder, new { current = AuthApp.Password, next = $"{Next} {i}", code })));

        Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.NoContent);
        // Five codes are looked at before somebody has entered a right one; who comes after the change has the wrong password.
        Assert.All(answers, answer => Assert.Contains(
            answer.StatusCode,
            new[] { HttpStatusCode.NoContent, HttpStatusCode.BadRequest, HttpStatusCode.TooManyRequests, HttpStatusCode.Forbidden }));
    }

    [Fact]
    public async Task A_refusal_that_has_nothing_to_do_with_the_code_leaves_it_good()
    {
        var holder = await FactorHolder.Join(app);
        var code = holder.NextCode();

        using var common = await Change(holder, new { current = AuthApp.Password, next = "password1234", code });
        using var wrong = await Change(holder, new { current = "not the password", next = Next, code });
        using var right = await Change(holder, new { current = AuthApp.Password, next = Next, code });

        await common.Refuses(HttpStatusCode.BadRequest, "password_common");
        await wrong.Refuses(HttpStatusCode.Forbidden, "wrong_password");
        await right.Should(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task Who_has_a_session_and_the_password_guesses_five_codes_and_then_waits()
    {
        var holder = await FactorHolder.Join(app);
        for (var i = 0; i < Authenticator.Tries; i++)
        {
            using var wrong = await Delete(holder, new { password = AuthApp.Password, code = holder.WrongCode() });
            await wrong.Refuses(HttpStatusCode.BadRequest, "second_factor_wrong");
        }

        using var right = await Delete(holder, new { password = AuthApp.Password, code = holder.NextCode() });

        await right.Refuses(HttpStatusCode.TooManyRequests, "second_factor_throttled");
        Assert.True(right.Headers.Contains("Retry-After"));
    }

    [Fact]
    public async Task An_account_without_a_password_shows_a_young_session_and_the_code()
    {
        var holder = await FactorHolder.Join(app);
        await app.Service.Database.GetCollection<Account>(AccountStore.Collection)
            .UpdateOneAsync(a => a.Id == holder.Member.Id, Builders<Account>.Update.Unset(a => a.PasswordHash), cancellationToken: Ct);

        using var without = await Delete(holder, null);
        using var with = await Delete(holder, new { code = holder.NextCode() });

        await without.Refuses(HttpStatusCode.Forbidden, "second_factor_required");
        await with.Should(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_factor_that_was_begun_and_never_confirmed_is_not_asked_for()
    {
        var member = await app.Join();
        await FactorHolder.Begin(member);

        using var changed = await member.Http.Put("/api/v1/auth/password", new { current = AuthApp.Password, next = Next });

        await changed.Should(HttpStatusCode.NoContent);
    }

    // The code of the step in which the factor was switched on is used.
    private static IEnumerable<(object Body, HttpStatusCode Status, string Code)> Refused(
        FactorHolder holder, Func<string, object> withoutCode, Func<string, string, object> withCode) =>
    [
        (withoutCode(AuthApp.Password), HttpStatusCode.Forbidden, "second_factor_required"),
        (withCode("not the password", holder.RecoveryCodes[0]), HttpStatusCode.Forbidden, "wrong_password"),
        (withCode(AuthApp.Password, holder.WrongCode()), HttpStatusCode.BadRequest, "second_factor_wrong"),
        (withCode(AuthApp.Password, holder.Code()), HttpStatusCode.BadRequest, "second_factor_wrong"),
        (withCode(AuthApp.Password, "no code"), HttpStatusCode.BadRequest, "validation_failed"),
    ];

    private static Task<HttpResponseMessage> Change(FactorHolder holder, object body) => holder.Member.Http.Put("/api/v1/auth/password", body);

    private static async Task<HttpResponseMessage> Delete(FactorHolder holder, object? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, "/api/v1/auth/me");
        request.Content = body is null ? null : JsonContent.Create(body);
        return await holder.Member.Http.SendAsync(request, Ct);
    }
}
