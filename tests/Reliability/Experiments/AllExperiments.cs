namespace Visuels.Reliability.Experiments;

/// <summary>Every experiment, in the order in which they run.</summary>
internal static class AllExperiments
{
    public static IReadOnlyList<Experiment> List { get; } =
    [
        new SaleRush(),
        new SameRequest(),
        new OrderKills(),
        new CrashSweep(),
        new MailKills(),
        new BrokerKills(),
        new StoreKills(),
        new SmtpFaults(),
        new TwoInstances(),
        new Outages(),
        new Standstills(),
        new BadLinks(),
        new Departures(),
        new RepeatedEvents(),
        new BrokerAlarm(),
        new PoisonMessages(),
    ];
}
