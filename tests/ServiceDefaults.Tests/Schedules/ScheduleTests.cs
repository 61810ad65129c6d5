using MongoDB.Driver;
using Visuels.ServiceDefaults.Schedules;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Schedules;

public sealed class ScheduleTests : IAsyncDisposable
{
    private readonly ScheduleApp _app = new();

    private ScheduleClock Clock => _app.Clock;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    [Fact]
    public async Task A_schedule_runs_at_its_first_start_and_then_when_its_time_has_gone_by_however_often_somebody_looks()
    {
        var instance = await _app.StartAsync();

        await instance.LookAsync();
        await instance.LookAsync();
        Assert.Equal(1, instance.Job.Begun);
        Clock.Advance(ScheduleApp.Every - TimeSpan.FromSeconds(1));
        await instance.LookAsync();
        Assert.Equal(1, instance.Job.Begun);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await instance.LookAsync();

        Assert.Equal(2, instance.Job.Begun);
        var state = await instance.StateAsync();
        Assert.Equal((Clock.GetUtcNow(), "done", 7L, null), (state!.LastRunAt, state.Outcome, state.Changed, state.Holder));
    }

    [Fact]
    public async Task A_restart_neither_repeats_a_run_nor_forgets_one_that_is_due()
    {
        await (await _app.StartAsync()).LookAsync();

        var next = await _app.StartAsync();
        await next.LookAsync();
        Assert.Equal(0, next.Job.Begun);
        Clock.Advance(ScheduleApp.Every);
        await next.LookAsync();

        Assert.Equal(1, next.Job.Begun);
    }

    [Fact]
    public async Task Many_looks_of_two_instances_at_once_make_one_run()
    {
        var (one, other) = (await _app.StartAsync(), await _app.StartAsync());

        for (var turn = 1; turn <= 5; turn++)
        {
            await Task.WhenAll(Enumerable.Range(0, 20).Select(i => (i % 2 == 0 ? one : other).LookAsync()));
            Assert.Equal(turn, one.Job.Begun + other.Job.Begun);
            Clock.Advance(ScheduleApp.Every);
        }
    }

    [Fact]
    public async Task While_one_instance_runs_a_schedule_neither_it_nor_another_begins_again_however_long_it_takes()
    {
        var (one, other) = (await _app.StartAsync(), await _app.StartAsync());
        var run = await one.BeginAsync();
        var end = Clock.GetUtcNow() + (ScheduleApp.Lease * 3);

        while (Clock.GetUtcNow() < end)
        {
            var (until, renewals) = ((await one.StateAsync())!.Until, Clock.RenewalsAwaited);
            Clock.Advance(ScheduleApp.Lease / 3);
            await Eventually.Until(() => Clock.RenewalsAwaited > renewals, "the next renewal is awaited");
            Assert.True((await one.StateAsync())!.Until > until);
            Assert.Null(await other.RunAsync());
            Assert.Null(await one.RunAsync());
        }

        one.Job.Release();
        Assert.Equal("done", (await run)!.Outcome);
        Assert.Equal((1, 0, 0), (one.Job.Begun, one.Job.Stopped, other.Job.Begun));
        await other.LookAsync();
        Assert.Equal(0, other.Job.Begun);
    }

    [Fact]
    public async Task Another_instance_takes_over_when_the_lease_of_a_dead_one_has_ended()
    {
        var instance = await _app.StartAsync();
        await instance.Leases.InsertOneAsync(
            new ScheduleState { Id = ScheduleApp.Name, Holder = "dead", Until = Clock.GetUtcNow() + ScheduleApp.Lease }, cancellationToken: Ct);

        Clock.Advance(ScheduleApp.Lease - TimeSpan.FromSeconds(1));
        await instance.LookAsync();
        Assert.Equal(0, instance.Job.Begun);
        Clock.Advance(TimeSpan.FromSeconds(1));
        await instance.LookAsync();

        Assert.Equal(1, instance.Job.Begun);
    }

    [Fact]
    public async Task A_run_whose_lease_is_anothers_is_told_to_end_and_notes_nothing()
    {
        var instance = await _app.StartAsync();
        var run = await instance.BeginAsync();
        await instance.Leases.UpdateOneAsync(
            state => state.Id == ScheduleApp.Name, Builders<ScheduleState>.Update.Set(state => state.Holder, "another"), cancellationToken: Ct);

        Clock.Advance(ScheduleApp.Lease / 3);

        Assert.Equal("stopped", (await run)!.Outcome);
        Assert.Equal(1, instance.Job.Stopped);
        var left = await instance.StateAsync();
        Assert.Equal(("another", null), (left!.Holder, left.LastRunAt));
    }

    [Fact]
    public async Task A_run_that_slept_past_its_lease_is_told_to_end()
    {
        var instance = await _app.StartAsync();
        var run = await instance.BeginAsync();

        // A renewal may slip in while the clock is on its way; then the run has slept for too short.
        await Eventually.Until(
            () =>
            {
                Clock.Advance(ScheduleApp.Lease);
                return Task.FromResult(run.IsCompleted);
            },
            "the run ends");

        Assert.Equal("stopped", (await run)!.Outcome);
        Assert.Equal(1, instance.Job.Stopped);
    }

    [Fact]
    public async Task A_failure_is_logged_and_the_next_run_comes_sooner()
    {
        var instance = await _app.StartAsync();
        instance.Job.Fails = true;

        await instance.LookAsync();
        await instance.LookAsync();
        Assert.Equal(1, instance.Job.Begun);
        Assert.Equal("failed", (await instance.StateAsync())!.Outcome);
        Assert.Contains(instance.Logs.Lines, line => line.StartsWith("Error", StringComparison.Ordinal) && line.Contains("sweep failed", StringComparison.Ordinal));
        instance.Job.Fails = false;
        Clock.Advance(TimeSpan.FromMinutes(5));
        await instance.LookAsync();

        Assert.Equal((2, "done"), (instance.Job.Begun, (await instance.StateAsync())!.Outcome));
    }

    [Fact]
    public async Task A_service_that_stops_ends_its_run_at_once_and_the_next_begins_it_anew()
    {
        var (one, other) = (await _app.StartAsync(), await _app.StartAsync());
        var run = await other.BeginAsync();

        await other.Service.App.StopAsync(Ct);
        Assert.Equal("stopped", (await run)!.Outcome);
        await one.LookAsync();

        Assert.Equal((1, 1), (other.Job.Stopped, one.Job.Begun));
    }

    [Fact]
    public async Task A_schedule_can_follow_the_calendar()
    {
        var instance = await _app.StartAsync(("Schedules:sweep:Cron", "0 30 3 * * ?"));
        await instance.LookAsync();
        Clock.SetUtcNow(new DateTimeOffset(2026, 3, 2, 3, 29, 59, TimeSpan.Zero));
        await instance.LookAsync();
        Assert.Equal(1, instance.Job.Begun);

        Clock.Advance(TimeSpan.FromSeconds(1));
        await instance.LookAsync();

        Assert.Equal(2, instance.Job.Begun);
    }

    [Fact]
    public async Task A_schedule_that_is_switched_off_runs_when_asked_for_only()
    {
        var instance = await _app.StartAsync(("Schedules:sweep:Enabled", "false"));

        await instance.LookAsync();
        Assert.Equal(0, instance.Job.Begun);
        await instance.RunAsync();

        Assert.Equal(1, instance.Job.Begun);
    }

    [Fact]
    public async Task Quartz_wakes_the_schedule_without_anybody_asking()
    {
        var instance = await _app.StartAsync(("Scheduling:Enabled", "true"), ("Scheduling:FirstLook", "00:00:00.1"), ("Scheduling:Look", "00:00:00.1"));

        await Eventually.Until(async () => (await instance.StateAsync())?.Outcome == "done", "the first run");
        Clock.Advance(ScheduleApp.Every);
        await Eventually.Until(() => instance.Job.Begun == 2, "the second run");
    }

    [Theory]
    [InlineData("Schedules:sweep:Cron", "every night")]
    [InlineData("Schedules:sweep:Every", "00:00:00")]
    [InlineData("Scheduling:Lease", "00:00:00")]
    public async Task A_wrong_setting_stops_the_start(string key, string value) =>
        await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => _app.StartAsync((key, value)));
}
