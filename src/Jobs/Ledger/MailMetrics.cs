using System.Diagnostics.Metrics;

namespace Visuels.Jobs.Ledger;

/// <summary>Meter <c>Visuels.Jobs</c>: how attempts end. What waits, and for how long, is read from the ledger.</summary>
internal sealed class MailMetrics
{
    public const string MeterName = "Visuels.Jobs";

    private readonly Counter<long> _attempts;

    public MailMetrics(IMeterFactory meters) =>
        _attempts = meters.Create(MeterName).CreateCounter<long>("visuels.mail.attempts", "{attempt}", "Attempts at mails, by template and the state that followed.");

    public void Attempted(string template, string state) =>
        _attempts.Add(1, new KeyValuePair<string, object?>("template", template), new KeyValuePair<string, object?>("state", state));
}
