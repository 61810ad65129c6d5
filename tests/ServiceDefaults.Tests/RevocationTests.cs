using System.Globalization;
using System.Net;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>How a service hears that tokens, though signed and in time, are not good any more.</summary>
[Proves(Requirement.Revocation)]
public sealed class RevocationTests
{
    private readonly ObjectId _user = ObjectId.GenerateNewId();
    private readonly string _session = ObjectId.GenerateNewId().ToString();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_event_ends_all_sessions_of_a_user_and_of_nobody_else()
    {
        await using var service = await ServiceUnderTest.StartAsync(SampleService.Build);
        using var hers = service.Client(Token(service, generation: 0));
        using var newer = service.Client(Token(service, generation: 1));
        using var others = service.As(ObjectId.GenerateNewId(), Roles.User);

        await service.Bus.PublishAsync(Revoked(version: 2, generation: 1, endedBelow: 1));

        await Refused(hers);
        Assert.Equal(HttpStatusCode.OK, (await newer.GetAsync("/me", Ct)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await others.GetAsync("/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task The_session_that_is_kept_goes_on()
    {
        await using var service = await ServiceUnderTest.StartAsync(SampleService.Build);
        using var kept = service.Client(Token(service, generation: 0, _session));
        using var another = service.Client(Token(service, generation: 0));

        await service.Bus.PublishAsync(Revoked(version: 2, generation: 1, endedBelow: 1, kept: _session));

        await Refused(another);
        Assert.Equal(HttpStatusCode.OK, (await kept.GetAsync("/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task An_event_ends_one_session()
    {
        await using var service = await ServiceUnderTest.StartAsync(SampleService.Build);
        using var ended = service.Client(Token(service, generation: 0, _session));
        using var another = service.Client(Token(service, generation: 0));

        await service.Bus.PublishAsync(new SessionEnded(_session, _user.ToString(), DateTimeOffset.UtcNow));

        await Refused(ended);
        Assert.Equal(HttpStatusCode.OK, (await another.GetAsync("/me", Ct)).StatusCode);
    }

    [Fact]
    public async Task A_new_role_counts_at_once_for_tokens_that_tell_the_old_one()
    {
        await using var service = await ServiceUnderTest.StartAsync(SampleService.Build);
        using var client = service.Client(Token(service, generation: 0));
        Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync("/artists-only", Ct)).StatusCode);

        await service.Bus.PublishAsync(Revoked(version: 2, generation: 1, endedBelow: 0, role: Roles.Artist));
        await Eventually.Until(async () => (await client.GetAsync("/artists-only", Ct)).StatusCode == HttpStatusCode.OK, "the new role is known");

        await service.Bus.PublishAsync(Revoked(version: 3, generation: 2, endedBelow: 0, role: Roles.User));
        await Eventually.Until(async () => (await client.GetAsync("/artists-only", Ct)).StatusCode == HttpStatusCode.Forbidden, "the role is taken back");
    }

    [Fact]
    public async Task Every_instance_of_a_service_hears_of_it()
    {
        await using var first = await ServiceUnderTest.StartAsync(SampleService.Build);
        var second = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Restarts = first);
        try
        {
            await first.Bus.PublishAsync(Revoked(version: 2, generation: 1, endedBelow: 1));

            await Refused(first.Client(Token(first, generation: 0)));
            await Refused(second.Client(Token(first, generation: 0)));
        }
        finally
        {
            await second.StopAsync();
        }
    }

    [Fact]
    public async Task A_service_that_starts_knows_what_was_revoked_before()
    {
        // This clock stands still: the start's patience with Auth does not end.
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var earlier = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Clock = clock);
        earlier.Auth.Revoked.Enqueue(Revoked(version: 2, generation: 1, endedBelow: 1));
        var later = await ServiceUnderTest.StartAsync(SampleService.Build, test => (test.Restarts, test.Clock) = (earlier, clock));

        // Not eventually: the first request.
        Assert.Equal(HttpStatusCode.Unauthorized, (await later.Client(Token(later, generation: 0)).GetAsync("/me", Ct)).StatusCode);
        await later.StopAsync();
    }

    [Fact]
    public async Task A_service_does_not_begin_before_the_first_answer_unless_that_takes_long()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var source = new SlowSource(Revoked(version: 2, generation: 1, endedBelow: 1));
        var revocations = new Revocations(clock);
        using var refill = new RevocationRefill(revocations, source, clock, NullLogger<RevocationRefill>.Instance);

        var start = refill.StartAsync(Ct);
        await source.Asked.Task.WaitAsync(Ct);
        Assert.False(start.IsCompleted);
        source.Answer.SetResult();

        await start;
        Assert.Equal(1, revocations.Count);
        await refill.StopAsync(Ct);

        var hanging = new SlowSource();
        using var patient = new RevocationRefill(revocations, hanging, clock, NullLogger<RevocationRefill>.Instance);
        var begun = clock.GetUtcNow();
        var starting = patient.StartAsync(Ct);
        await Eventually.Until(
            () =>
            {
                clock.Advance(TimeSpan.FromMilliseconds(100));
                return starting.IsCompleted;
            },
            "the service begins");
        Assert.True(clock.GetUtcNow() - begun >= TimeSpan.FromSeconds(1));
        await patient.StopAsync(Ct);
    }

    [Fact]
    public async Task Without_a_broker_it_is_known_within_half_a_minute()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var service = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Clock = clock);
        using var client = service.Client(Token(service, generation: 0));
        Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/me", Ct)).StatusCode);
        await Eventually.Until(() => Task.FromResult(service.Auth.RevocationCalls >= 1), "the start's look is over");

        service.Auth.Ended.Enqueue(new SessionEnded("another", _user.ToString(), clock.GetUtcNow()));
        service.Auth.Revoked.Enqueue(Revoked(version: 2, generation: 1, endedBelow: 1));

        var waited = TimeSpan.Zero;
        await Eventually.Until(
            async () =>
            {
                var refused = (await client.GetAsync("/me", Ct)).StatusCode == HttpStatusCode.Unauthorized;
                if (!refused)
                {
                    clock.Advance(TimeSpan.FromSeconds(1));
                    waited += TimeSpan.FromSeconds(1);
                }

                return refused;
            },
            "the revocation is asked for");
        Assert.InRange(waited, TimeSpan.Zero, TimeSpan.FromMinutes(5));
    }

    [Fact]
    public async Task A_service_starts_and_serves_while_auth_is_away_and_asks_again()
    {
        await using var first = await ServiceUnderTest.StartAsync(SampleService.Build);
        first.Auth.InsteadOfRevocations = context =>
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return Task.CompletedTask;
        };
        first.Auth.Revoked.Enqueue(Revoked(version: 2, generation: 1, endedBelow: 1));
        var second = await ServiceUnderTest.StartAsync(SampleService.Build, test => test.Restarts = first);
        try
        {
            using var client = second.Client(Token(second, generation: 0));
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync("/me", Ct)).StatusCode);

            first.Auth.InsteadOfRevocations = null;

            await Refused(client);
        }
        finally
        {
            await second.StopAsync();
        }
    }

    [Fact]
    public void The_newest_version_counts_whatever_comes_last()
    {
        var revocations = new Revocations(TimeProvider.System);
        revocations.Apply(Revoked(version: 5, generation: 2, endedBelow: 2));
        revocations.Apply(Revoked(version: 4, generation: 1, endedBelow: 1, kept: _session));

        Assert.True(revocations.Refuses(Principal(generation: 1, _session)));
        Assert.False(revocations.Refuses(Principal(generation: 2, _session)));
    }

    [Fact]
    public void What_no_living_token_can_be_concerned_by_is_forgotten()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        var revocations = new Revocations(clock);
        revocations.Apply(Revoked(version: 2, generation: 1, endedBelow: 1));
        revocations.Apply(new SessionEnded(_session, _user.ToString(), clock.GetUtcNow()));
        clock.Advance(TokenRules.AccessTokenLife + TokenRules.ClockSkew);
        revocations.Sweep();
        Assert.Equal(2, revocations.Count);

        clock.Advance(Revocations.Kept);
        revocations.Sweep();

        Assert.Equal(0, revocations.Count);
    }

    [Fact]
    public void However_many_are_revoked_the_newest_are_known_and_memory_is_bounded()
    {
        var now = DateTimeOffset.UtcNow;
        var revocations = new Revocations(TimeProvider.System);
        for (var i = 0; i < Revocations.Most + 10; i++)
        {
            revocations.Apply(new SessionEnded($"s{i}", "u", now.AddMilliseconds(i)));
        }

        Assert.InRange(revocations.Count, 1, Revocations.Most);
        Assert.True(revocations.Refuses(Principal(generation: 0, $"s{Revocations.Most + 9}")));
    }

    private static async Task Refused(HttpClient client) => await Eventually.Until(
        async () => (await client.GetAsync("/me", Ct)).StatusCode == HttpStatusCode.Unauthorized, "the token is refused");

    private SessionsRevoked Revoked(long version, long generation, long endedBelow, string? kept = null, string role = Roles.User) =>
        new(_user.ToString(), version, generation, endedBelow, kept, role, DateTimeOffset.UtcNow);

    private string Token(ServiceUnderTest service, long generation, string? session = null) => service.Keys.AccessToken(_user, Roles.User, alter: token =>
    {
        token.Claims[TokenRules.Generation] = generation;
        token.Claims[TokenRules.Session] = session ?? ObjectId.GenerateNewId().ToString();
    });

    private ClaimsPrincipal Principal(long generation, string session) => new(new ClaimsIdentity(
        [
            new Claim(TokenRules.Subject, _user.ToString()),
            new Claim(TokenRules.Session, session),
            new Claim(TokenRules.Generation, generation.ToString(CultureInfo.InvariantCulture)),
        ],
        "test"));

    private sealed class SlowSource(params SessionsRevoked[] revoked) : IRevocationSource
    {
        public TaskCompletionSource Asked { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public async Task<RevocationsResponse> SinceAsync(DateTimeOffset? since, CancellationToken ct)
        {
            Asked.TrySetResult();
            await Answer.Task.WaitAsync(ct);
            return new RevocationsResponse(revoked, [], DateTimeOffset.UtcNow, More: false);
        }
    }
}
