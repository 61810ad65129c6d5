using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>The operator's view of the schedules, on the service's own port only: the Gateway never forwards <c>/internal/</c>.</summary>
internal static class ScheduleEndpoints
{
    public static void MapSchedules(this IEndpointRouteBuilder app)
    {
        if (app.ServiceProvider.GetService<ScheduleRunner>() is null)
        {
            return;
        }

        // The same in every service: a service's document tells of its own routes.
        var schedules = app.MapGroup("/internal/schedules").RequireAdminOrServices("jobs").ExcludeFromDescription();
        schedules.MapGet("/", List);
        schedules.MapPost("/{name}/run", Run);
    }

    private static async Task<Ok<SchedulesResponse>> List(
        IEnumerable<Schedule> schedules, ScheduleStore store, IOptions<SchedulingOptions> options, TimeProvider clock, CancellationToken ct)
    {
        var states = await store.GetAsync(schedules.Select(schedule => schedule.Name), ct);
        return TypedResults.Ok(new SchedulesResponse(
            [.. schedules.Select(schedule => ScheduleResponse.From(schedule, states.GetValueOrDefault(schedule.Name), options.Value, clock.GetUtcNow()))]));
    }

    // Without the request's token: a caller who does not wait for the end must not end the run.
    private static async Task<Results<Ok<ScheduleRunResponse>, ProblemHttpResult>> Run(string name, IEnumerable<Schedule> schedules, ScheduleRunner runner)
    {
        if (schedules.FirstOrDefault(schedule => schedule.Name == name) is not { } schedule)
        {
            return Problems.NotFound("There is no such schedule.");
        }

        return await runner.RunAsync(schedule) is { } run
            ? TypedResults.Ok(new ScheduleRunResponse(name, run.StartedAt, run.EndedAt, run.Outcome, run.Changed))
            : Problems.Conflict("already_running", "This schedule is running, here or elsewhere.");
    }
}

internal sealed record SchedulesResponse(IReadOnlyList<ScheduleResponse> Schedules);

internal sealed record ScheduleResponse(
    string Name, bool Enabled, TimeSpan? Every, string? Cron, bool Running, DateTimeOffset? LastRunAt, DateTimeOffset? LastEndedAt, string? Outcome, long Changed, DateTimeOffset NextAt)
{
    public static ScheduleResponse From(Schedule schedule, ScheduleState? state, SchedulingOptions scheduling, DateTimeOffset now) => new(
        schedule.Name,
        scheduling.Enabled && schedule.Options.Enabled,
        schedule.Options.Cron is null ? schedule.Options.Every : null,
        schedule.Options.Cron,
        state?.Until > now,
        state?.LastRunAt,
        state?.LastEndedAt,
        state?.Outcome,
        state?.Changed ?? 0,
        schedule.DueAt(state, scheduling.RetryAfter) is { } due && due > now ? due : now);
}

internal sealed record ScheduleRunResponse(string Name, DateTimeOffset StartedAt, DateTimeOffset EndedAt, string Outcome, long Changed);
