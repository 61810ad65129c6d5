using System.ComponentModel.DataAnnotations;

namespace Visuels.Jobs.Ledger;

/// <summary>Section <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    /// <summary>How often a mail is tried before it is parked.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 12;

    /// <summary>The pause after the first failure; each next one is twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "01:00:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>How many mails are sent at a time.</summary>
    [Range(1, 64)]
    public int Parallelism { get; set; } = 4;

    /// <summary>How long a mail belongs to one dispatcher; must outlast an attempt. Another takes over when it died meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:30", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The dispatcher looks for due mails at least this often.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>The pause after a number of failed attempts, shortened by up to a half so that mails which failed together do not come back together.</summary>
    /// <param name="attempts">At least 1.</param>
    /// <param name="jitter">0 to 1.</param>
    public TimeSpan PauseAfter(int attempts, double jitter)
    {
        var doubled = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 30));
        return (doubled < LongestPause ? doubled : LongestPause) * (1 - (jitter / 2));
    }
}
