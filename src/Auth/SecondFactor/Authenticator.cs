namespace Visuels.Auth.SecondFactor;

/// <summary>The authenticator app of an account (RFC 6238): a part of the account's document. It counts only once a code has confirmed it.</summary>
internal sealed class Authenticator
{
    public const int Tries = 5;

    /// <summary>How long a seed that was handed out may be confirmed.</summary>
    public static readonly TimeSpan EnrolmentLife = TimeSpan.FromMinutes(15);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan LongestPause = TimeSpan.FromDays(1);

    /// <summary>The seed, sealed and bound to its account.</summary>
    public required string Seed { get; set; }

    public DateTimeOffset BeganAt { get; set; }

    /// <summary>Absent until a code has shown that the app knows the seed.</summary>
    public DateTimeOffset? OnSince { get; set; }

    /// <summary>Number of the 30-second step whose code was taken last; no step counts twice.</summary>
    public long LastStep { get; set; }

    /// <summary>Keyed hashes of the recovery codes that are left.</summary>
    public List<string> RecoveryCodes { get; set; } = [];

    /// <summary>The tickets that began a session lately; none does so twice.</summary>
    public List<string> UsedTickets { get; set; } = [];

    /// <summary>Tries left in this round. Five wrong ones in a row end it.</summary>
    public int TriesLeft { get; set; } = Tries;

    /// <summary>Rounds that ended without a right code since the last right one.</summary>
    public int Rounds { get; set; }

    /// <summary>From when on another round may begin, once the tries of this one are used up.</summary>
    public DateTimeOffset NextRoundAt { get; set; }

    public bool IsOn => OnSince is not null;

    public bool CanBeConfirmed(DateTimeOffset now) => !IsOn && now < BeganAt + EnrolmentLife;

    /// <summary>The pause after a round, doubled by each: five minutes to a day.</summary>
    public static TimeSpan PauseAfter(int rounds) => rounds > 8 ? LongestPause : TimeSpan.FromTicks(Math.Min(FirstPause.Ticks << rounds, LongestPause.Ticks));
}
