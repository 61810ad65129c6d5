using Quartz;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>What Quartz triggers: a look at whether a schedule's turn has come.</summary>
[DisallowConcurrentExecution]
internal sealed class ScheduleLook(IEnumerable<Schedule> schedules, ScheduleRunner runner) : IJob
{
    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken = default)
    {
        var name = context.JobDetail.Key.Name;
        await runner.LookAsync(schedules.First(schedule => schedule.Name == name));
    }
}
