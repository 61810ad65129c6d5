using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.SignUp;
using Visuels.Contracts.Accounts;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public sealed class UnprovenAccountTests : IAsyncLifetime
{
    private readonly AuthApp _app = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IMongoCollection<Account> Accounts => _app.Service.Database.GetCollection<Account>(AccountStore.Collection);

    public ValueTask InitializeAsync() => _app.InitializeAsync();

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task An_address_that_nobody_proves_for_a_week_is_free_again_and_so_is_the_user_name()
    {
        var person = AuthApp.Someone();
        await _app.SignUp(person);
        await _app.CodeFor(person.Email);
        _app.Clock.Advance(TimeSpan.FromDays(6.9));
        Assert.Equal(0, await RunAsync());
        _app.Clock.Advance(TimeSpan.FromDays(0.1));

        Assert.Equal(1, await RunAsync());

        Assert.Equal(0, await Accounts.CountDocumentsAsync(_ => true, cancellationToken: Ct));
        using var late = await _app.Verify(person.Email, _app.Open(_app.Codes(person.Email)[^1]));
        await late.Refuses(HttpStatusCode.BadRequest, "otp_expired");
        var successor = AuthApp.Someone() with { Username = person.Username };
        Assert.NotEqual(default, (await _app.Join(successor)).Id);
        var again = AuthApp.Someone() with { Email = person.Email };
        await _app.SignUp(again);
        var codes = await _app.Next<EmailCodeIssued>(code => code.Email == person.Email && code.ExpiresAt > _app.Clock.GetUtcNow());
        using var verified = await _app.Verify(person.Email, _app.Open(codes));
        await verified.Should(HttpStatusCode.OK);
    }

    [Fact]
    [Proves("T5")]
    public async Task Who_has_proven_the_address_stays()
    {
        var member = await _app.Join();
        _app.Clock.Advance(TimeSpan.FromDays(400));

        Assert.Equal(0, await RunAsync());

        using var signedIn = await _app.SignIn(member.Person.Email, member.Person.Password);
        await signedIn.Should(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Signing_up_again_begins_another_week()
    {
        var person = AuthApp.Someone();
        await _app.SignUp(person);
        _app.Clock.Advance(TimeSpan.FromDays(6));
        await _app.SignUp(person);
        _app.Clock.Advance(TimeSpan.FromDays(6));

        Assert.Equal(0, await RunAsync());
    }

    [Fact]
    public async Task Proofs_against_deletion_each_account_is_proven_or_gone()
    {
        // The whole week has gone by, and the code is fresh.
        var people = Enumerable.Range(0, 40).Select(_ => AuthApp.Someone()).ToList();
        await Task.WhenAll(people.Select(_app.SignUp));
        var codes = new List<string>();
        foreach (var person in people)
        {
            codes.Add(await _app.CodeFor(person.Email));
        }

        var now = _app.Clock.GetUtcNow();
        await Accounts.UpdateManyAsync(_ => true, Builders<Account>.Update.Set(a => a.UnprovenUntil, now), cancellationToken: Ct);
        // Past the lease, which would let one in only.
        var jobs = Enumerable.Range(0, 2).Select(_ => _app.Service.Services.GetRequiredService<UnprovenAccounts>());

        var proofs = people.Zip(codes).Select(p => _app.Verify(p.First.Email, p.Second)).ToList();
        var deletions = jobs.Select(job => Task.Run(() => job.RunAsync(Ct), Ct)).ToList();
        var answers = await Task.WhenAll(proofs);
        var deleted = (await Task.WhenAll(deletions)).Sum();

        var proven = people.Zip(answers).Where(p => p.Second.StatusCode == HttpStatusCode.OK).Select(p => p.First.Email).ToList();
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.BadRequest, $"{answer.StatusCode}"));
        var left = await Accounts.Find(_ => true).ToListAsync(Ct);
        Assert.Equal(proven.Order(), left.Select(account => account.Email).Order());
        Assert.All(left, account => Assert.True(account.Verified));
        Assert.Equal(40, proven.Count + deleted);
    }

    private async Task<int> RunAsync()
    {
        using var run = await _app.Service.AsService("jobs", "auth").PostAsync("/internal/schedules/unproven-accounts/run", null, Ct);
        return (await run.Should(HttpStatusCode.OK)).GetProperty("changed").GetInt32();
    }
}
