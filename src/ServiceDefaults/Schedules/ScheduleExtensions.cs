using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using Quartz;

namespace Visuels.ServiceDefaults.Schedules;

/// <summary>Registers work that begins by itself.</summary>
public static class ScheduleExtensions
{
    // A scheduler without a name would put its clock in the place of the service's.
    private const string Scheduler = "schedules";

    /// <summary>
    /// Adds the schedules of a service. Each runs in one instance at a time: a lease in the service's own database is renewed while it runs,
    /// and passes on when its holder dies. An operator can look and run them by <c>/internal/schedules</c>. To be called once.
    /// </summary>
    /// <param name="services">The services.</param>
    /// <param name="schedules">Names them.</param>
    public static IServiceCollection AddSchedules(this IServiceCollection services, Action<ScheduleSetup> schedules)
    {
        services.AddOptions<SchedulingOptions>().BindConfiguration("Scheduling").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<ScheduleStore>();
        services.AddSingleton<ScheduleRunner>();
        services.AddQuartz(Scheduler, quartz =>
        {
            // Quartz only wakes us, by the machine's clock; what is due is told by the service's own.
            quartz.UseTimeProvider(TimeProvider.System);
            schedules(new ScheduleSetup(services, quartz));
        });
        services.AddQuartzHostedService(quartz => quartz.WaitForJobsToComplete = true);
        services.AddOptions<QuartzHostedServiceOptions>(Scheduler)
            .Configure<IOptions<SchedulingOptions>>((quartz, scheduling) => quartz.AutoStart = scheduling.Value.Enabled);
        return services;
    }
}

/// <summary>Names the schedules of a service.</summary>
public sealed class ScheduleSetup
{
    private readonly IServiceCollection _services;
    private readonly IQuartzBuilder _quartz;

    internal ScheduleSetup(IServiceCollection services, IQuartzBuilder quartz) => (_services, _quartz) = (services, quartz);

    /// <summary>Adds one. <c>Schedules:{name}</c> says when it runs.</summary>
    /// <typeparam name="TJob">What it does; one instance for all its runs.</typeparam>
    /// <param name="name">Lower case with hyphens; unique within the service.</param>
    /// <param name="every">Time from one run to the next, unless configured otherwise.</param>
    public ScheduleSetup Add<TJob>(string name, TimeSpan every)
        where TJob : class, IScheduledJob
    {
        _services.AddOptions<ScheduleOptions>(name)
            .Configure(options => options.Every = every)
            .BindConfiguration($"Schedules:{name}")
            .ValidateDataAnnotations()
            .Validate(options => options.IsValid, $"Schedules:{name}:Cron is no cron expression such as 0 30 3 * * ?")
            .ValidateOnStart();
        _services.TryAddSingleton<TJob>();
        _services.AddSingleton(provider => new Schedule(name, OptionsOf(provider), provider.GetRequiredService<TJob>()));
        _quartz.ScheduleJob<ScheduleLook>((provider, trigger) =>
        {
            var scheduling = provider.GetRequiredService<IOptions<SchedulingOptions>>().Value;
            var every = OptionsOf(provider).Every;
            trigger.WithIdentity(name)
                .StartAt(DateTimeOffset.UtcNow + (scheduling.FirstLook * (1 + Random.Shared.NextDouble())))
                .WithSimpleSchedule(every < scheduling.Look ? every : scheduling.Look);
        });
        return this;

        ScheduleOptions OptionsOf(IServiceProvider provider) => provider.GetRequiredService<IOptionsMonitor<ScheduleOptions>>().Get(name);
    }
}
