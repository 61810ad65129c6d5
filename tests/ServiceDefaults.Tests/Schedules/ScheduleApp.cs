using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Tests.Messaging;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Schedules;

/// <summary>Instances of one service with one schedule, on one database and one clock that moves when told to.</summary>
internal sealed class ScheduleApp : IAsyncDisposable
{
    public const string Name = "sweep";
    public static readonly TimeSpan Every = TimeSpan.FromHours(6);
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private readonly List<Instance> _instances = [];

    public ScheduleClock Clock { get; } = new();

    public async Task<Instance> StartAsync(params (string Key, string Value)[] settings)
    {
        var job = new SlowJob();
        var logs = new LogLines();
        var service = await ServiceUnderTest.StartAsync(SampleService.Build, test =>
        {
            test.Clock = Clock;
            test.Restarts = _instances.FirstOrDefault()?.Service;
            foreach (var (key, value) in settings)
            {
                test.Settings[key] = value;
            }

            test.Configure = builder =>
            {
                builder.Logging.AddProvider(logs);
                builder.Services.AddSingleton(job);
                builder.Services.AddSchedules(schedules => schedules.Add<SlowJob>(Name, Every));
            };
        });
        var instance = new Instance(service, job, logs);
        _instances.Add(instance);
        return instance;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var instance in _instances.Skip(1))
        {
            await instance.Service.StopAsync();
        }

        foreach (var instance in _instances.Take(1))
        {
            await instance.Service.DisposeAsync();
        }
    }
}

/// <summary>A clock that moves when told to, and knows how often somebody began to wait for his lease's next renewal.</summary>
internal sealed class ScheduleClock() : FakeTimeProvider(new DateTimeOffset(2026, 3, 1, 12, 0, 0, TimeSpan.Zero))
{
    private int _renewals;

    public int RenewalsAwaited => Volatile.Read(ref _renewals);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = base.CreateTimer(callback, state, dueTime, period);
        if (dueTime == ScheduleApp.Lease / 3)
        {
            Interlocked.Increment(ref _renewals);
        }

        return timer;
    }
}

internal sealed record Instance(ServiceUnderTest Service, SlowJob Job, LogLines Logs)
{
    private ScheduleRunner Runner => Service.Services.GetRequiredService<ScheduleRunner>();

    private Schedule Schedule => Service.Services.GetRequiredService<Schedule>();

    public IMongoCollection<ScheduleState> Leases => Service.Database.GetCollection<ScheduleState>("leases");

    public HttpClient Operator => Service.AsService("jobs", SampleService.Identity.Name);

    /// <summary>What Quartz triggers.</summary>
    public Task LookAsync() => Runner.LookAsync(Schedule);

    public Task<ScheduleRun?> RunAsync() => Runner.RunAsync(Schedule);

    public async Task<ScheduleState?> StateAsync() => await Leases.Find(state => state.Id == ScheduleApp.Name).FirstOrDefaultAsync();

    /// <summary>Begins a run that does not end by itself.</summary>
    public async Task<Task<ScheduleRun?>> BeginAsync()
    {
        Job.Block();
        var run = RunAsync();
        await Eventually.Until(() => Job.Begun > 0, "the run has begun");
        return run;
    }
}
