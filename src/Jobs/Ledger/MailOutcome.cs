namespace Visuels.Jobs.Ledger;

/// <summary>How an attempt ended.</summary>
/// <param name="State">What the mail is from then on: sent, queued for another try, parked, or dropped.</param>
/// <param name="To">The address, once it is known.</param>
/// <param name="Error">The class of the error.</param>
internal sealed record MailOutcome(string State, string? To, string? Error)
{
    /// <summary>Until the next try.</summary>
    public TimeSpan Pause { get; init; }
}
