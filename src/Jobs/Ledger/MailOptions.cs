using System.ComponentModel.DataAnnotations;

namespace Visuels.Jobs.Ledger;

/// <summary>Section <c>Mail</c>.</summary>
internal sealed class MailOptions
{
    /// <summary>With the defaults, 30 mails that hang hold up those behind them for 15 s, as one attempt may take.</summary>
    public const int MostPerPlace = 8;

    /// <summary>How often a mail is tried before it is parked; with the pauses below, for more than a day.</summary>
    [Range(1, 100)]
    public int MaxAttempts { get; set; } = 48;

    /// <summary>The pause after the first failure; each next one is twice as long.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan FirstPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>The longest pause.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "1.00:00:00")]
    public TimeSpan LongestPause { get; set; } = TimeSpan.FromHours(1);

    /// <summary>The share of a pause that chance may take off, so that mails which failed together do not come back together.</summary>
    [Range(0, 1)]
    public double Jitter { get; set; } = 0.5;

    /// <summary>How many new mails are sent at a time, and how many that are tried again.</summary>
    [Range(1, 64)]
    public int Parallelism { get; set; } = 4;

    /// <summary>A mail that takes longer than this no longer counts among those, up to <see cref="MostPerPlace"/> times as many.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:20")]
    public TimeSpan SlowAfter { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a mail belongs to one dispatcher, at least twice <c>Smtp:Timeout</c>. Another takes over when it died meanwhile.</summary>
    [Range(typeof(TimeSpan), "00:00:02", "01:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromMinutes(1);

    /// <summary>The dispatcher looks for due mails at least this often.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan Poll { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>How long the rows of sent mails are kept.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepSent { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long parked mails are kept, and can be tried again.</summary>
    [Range(typeof(TimeSpan), "1.00:00:00", "3650.00:00:00")]
    public TimeSpan KeepParked { get; set; } = TimeSpan.FromDays(365);

    /// <summary>What an attempt may take in all: the rest of the lease is for writing down how it ended.</summary>
    public TimeSpan Attempt => Lease * 0.8;

    /// <summary>The pause after a number of failed attempts.</summary>
    /// <param name="attempts">At least 1.</param>
    /// <param name="chance">0 to 1.</param>
    public TimeSpan PauseAfter(int attempts, double chance)
    {
        var doubled = FirstPause * Math.Pow(2, Math.Min(attempts - 1, 30));
        return (doubled < LongestPause ? doubled : LongestPause) * (1 - (Jitter * chance));
    }
}
