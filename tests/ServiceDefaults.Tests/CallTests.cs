using System.Net;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests;

/// <summary>Calls to another service that does not answer as it should.</summary>
public sealed class CallTests : IAsyncLifetime
{
    // By the clock of the test, where it ends a try.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private ServiceUnderTest _app = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _app = await StartAsync(Patience);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_service_that_hangs_is_asked_twice_and_no_longer_than_bearable()
    {
        _app.Auth.InsteadOfCards = Hang;

        var asking = AskAsync();
        for (var tries = 1; tries <= 2; tries++)
        {
            await Eventually.Until(
                () =>
                {
                    // The pause between the tries; too short to end one.
                    _clock.Advance(TimeSpan.FromMilliseconds(10));
                    return _app.Auth.CardCalls == tries;
                },
                $"try {tries} is under way");
            _clock.Advance(Patience);
        }

        await UnavailableAsync(await asking);
        Assert.Equal(2, _app.Auth.CardCalls);
    }

    [Fact]
    public async Task A_connection_that_ends_is_tried_again_and_nobody_notices()
    {
        var user = _app.Auth.Add("Ann", Roles.User);
        _app.Auth.InsteadOfCards = context =>
        {
            _app.Auth.InsteadOfCards = null;
            context.Abort();
            return Task.CompletedTask;
        };

        var asking = AskAsync(user.Id);
        await Eventually.Until(
            () =>
            {
                _clock.Advance(TimeSpan.FromMilliseconds(50));
                return asking.IsCompleted;
            },
            "the second try is made");

        using var answer = await asking;
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(2, _app.Auth.CardCalls);
    }

    public static TheoryData<string, Func<HttpContext, Task>> BadAnswers => new()
    {
        { "text", context => context.Response.WriteAsync("<html>") },
        { "null", context => context.Response.WriteAsJsonAsync<object?>(null) },
        { "other json", context => context.Response.WriteAsJsonAsync(new[] { 1 }) },
        { "bad charset", context => { context.Response.ContentType = "application/json; charset=klingon"; return context.Response.WriteAsync("{}"); } },
        { "redirect", context => { context.Response.Redirect("/elsewhere", permanent: false, preserveMethod: true); return Task.CompletedTask; } },
        { "refusal", context => { context.Response.StatusCode = 403; return Task.CompletedTask; } },
        { "endless body", BadBodies.EndlessAsync },
        { "drip", BadBodies.DripAsync },
    };

    [Theory]
    [MemberData(nameof(BadAnswers))]
    public async Task An_answer_that_is_none_is_an_outage(string kind, Func<HttpContext, Task> instead)
    {
        _ = kind;
        // A body that never ends is given up by the machine's clock.
        await using var hasty = await StartAsync(TimeSpan.FromSeconds(0.5));
        hasty.Auth.InsteadOfCards = instead;

        await UnavailableAsync(await AskAsync(hasty));
    }

    [Fact]
    public async Task A_service_that_keeps_failing_is_left_alone_for_a_while_and_then_asked_again()
    {
        var user = _app.Auth.Add("Ann", Roles.User);
        _app.Auth.InsteadOfCards = context =>
        {
            context.Response.StatusCode = 500;
            return Task.CompletedTask;
        };
        var asked = 0;
        do
        {
            asked = _app.Auth.CardCalls;
            var asking = AskAsync();
            await Eventually.Until(
                () =>
                {
                    // The pause before the second try, where a first was made.
                    _clock.Advance(TimeSpan.FromMilliseconds(_app.Auth.CardCalls > asked ? 20 : 0));
                    return asking.IsCompleted;
                },
                "the call has ended");
            await UnavailableAsync(await asking);
        }
        while (_app.Auth.CardCalls > asked && asked < 100);

        Assert.InRange(asked, 20, 21);
        _app.Auth.InsteadOfCards = null;
        _clock.Advance(TimeSpan.FromSeconds(6));
        using var answer = await AskAsync(user.Id);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task While_auth_hangs_before_its_keys_were_ever_read_nobody_waits_for_the_turn_of_others()
    {
        _app.Auth.InsteadOfKeys = Hang;
        var late = await StartAsync(TimeSpan.FromSeconds(0.5), _app);
        try
        {
            using var client = late.As(ObjectId.GenerateNewId(), Roles.User);
            var asked = _app.Auth.KeyCalls;

            var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => client.GetAsync("/me", Ct)));

            foreach (var answer in answers)
            {
                await UnavailableAsync(answer);
            }

            Assert.InRange(_app.Auth.KeyCalls - asked, 0, 1);
            using var open = await late.Anonymous.GetAsync("/open", Ct);
            Assert.Equal(HttpStatusCode.OK, open.StatusCode);
            _app.Auth.InsteadOfKeys = null;
            await Eventually.Until(
                async () =>
                {
                    _clock.Advance(TimeSpan.FromSeconds(1));
                    return (await client.GetAsync("/me", Ct)).StatusCode == HttpStatusCode.OK;
                },
                "the keys are read once Auth is back");
        }
        finally
        {
            await late.StopAsync();
        }
    }

    private Task<ServiceUnderTest> StartAsync(TimeSpan patience, ServiceUnderTest? beside = null) => ServiceUnderTest.StartAsync(SampleService.Build, test =>
    {
        (test.Restarts, test.Clock) = (beside, _clock);
        test.Settings["Calls:Timeout"] = $"{patience}";
    });

    private Task<HttpResponseMessage> AskAsync(ObjectId? user = null) => AskAsync(_app, user);

    private static Task<HttpResponseMessage> AskAsync(ServiceUnderTest app, ObjectId? user = null) =>
        app.Anonymous.GetAsync($"/cards/{user ?? ObjectId.GenerateNewId()}", Ct);

    private static async Task UnavailableAsync(HttpResponseMessage answer)
    {
        using (answer)
        {
            Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
            Assert.Equal("dependency_unavailable", (await answer.ProblemAsync(Ct)).GetProperty("code").GetString());
            Assert.NotNull(answer.Headers.RetryAfter);
        }
    }

    private static Task Hang(HttpContext context) => Task.Delay(Timeout.Infinite, context.RequestAborted);
}
