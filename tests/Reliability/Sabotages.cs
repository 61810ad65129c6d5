using Visuels.ServiceDefaults.Faults;

namespace Visuels.Reliability;

/// <summary>Which experiment must notice that a guard is gone.</summary>
/// <param name="Guard">One of <see cref="Sabotage"/>.</param>
/// <param name="Experiment">Its name.</param>
/// <param name="Scale">How much of it is enough.</param>
internal sealed record Suspicion(string Guard, string Experiment, double Scale);

/// <summary>Every guard that can be taken away. One that stands in no line here is caught by nobody, and that is a finding.</summary>
internal static class Sabotages
{
    public static IReadOnlyList<Suspicion> List { get; } =
    [
        new(Sabotage.EditionIndexOff, "E1", 0.05),
        new(Sabotage.MoveWithoutVersion, "E1", 0.05),
        new(Sabotage.OpenIndexOff, "E2", 0.1),
        new(Sabotage.IdempotencyOff, "E2", 0.1),
        new(Sabotage.SettleBeforePublish, "E6", 0.1),
        new(Sabotage.ConfirmsOff, "E6", 0.1),
        new(Sabotage.AckBeforeWrite, "E17", 0.3),
        new(Sabotage.VersionGuardOff, "E11", 0.02),
        new(Sabotage.PoisonLimitOff, "E16", 0.05),
        new(Sabotage.MailRowKeyOff, "E11", 0.02),
        new(Sabotage.MailLeaseIgnored, "E17", 0.3),
        new(Sabotage.ScheduleLeaseIgnored, "E17", 0.3),
        new(Sabotage.MessageIdRandom, "E8", 0.1),
        new(Sabotage.SentBeforeSmtp, "E5", 0.1),
        new(Sabotage.ParkOff, "E8", 0.1),
        new(Sabotage.ImageDiscardOff, "P7", 1),
        // Longer than any bound: what is stopped for 12 s must not be waited for as long.
        new(Sabotage.HttpTimeoutsOff, "E9", 1.2),
        new(Sabotage.ShutdownAbrupt, "E13", 0.1),
    ];
}
