using System.Diagnostics;

namespace Visuels.ServiceDefaults.Faults;

/// <summary>
/// Places where a process can be made to end as a power cut would end it, to prove that nothing acknowledged is lost there.
/// <c>VISUELS_CRASH_AT=name</c> names one; off by default, refused in Production.
/// </summary>
public static class CrashPoints
{
    /// <summary>The relay holds the lease of an aggregate and has published nothing yet.</summary>
    public const string RelayLeased = "relay.leased";

    /// <summary>The broker has confirmed an aggregate's events, which are still in its outbox.</summary>
    public const string RelayPublished = "relay.published";

    /// <summary>The published events have left the outbox.</summary>
    public const string RelaySettled = "relay.settled";

    /// <summary>Every name there is, by the services that reach it.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> All { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [RelayLeased] = ["auth", "product", "order"],
        [RelayPublished] = ["auth", "product", "order"],
        [RelaySettled] = ["auth", "product", "order"],
    };

    // After the table: static members are initialised in order.
    private static readonly FaultSwitch Switch = new("VISUELS_CRASH_AT", All);

    /// <summary>Ends the process at once, without a word to anybody, if this is the point that was asked for.</summary>
    /// <param name="point">One of the names above.</param>
    public static void Reached(string point)
    {
        if (!Switch.Is(point))
        {
            return;
        }

        Process.GetCurrentProcess().Kill();
        // The signal ends this thread too, but not before it would have gone on.
        Thread.Sleep(Timeout.Infinite);
    }

    internal static void Check(bool production) => Switch.Check(production);
}
