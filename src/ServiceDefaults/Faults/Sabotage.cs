namespace Visuels.ServiceDefaults.Faults;

/// <summary>
/// Guards that can be taken away, to prove that the experiments of tests/Reliability notice. <c>VISUELS_SABOTAGE=name,name</c> names
/// some; off by default, refused in Production.
/// </summary>
public static class Sabotage
{
    /// <summary>An event leaves its outbox before the broker has confirmed it.</summary>
    public const string SettleBeforePublish = "settle-before-publish";

    /// <summary>Every name there is, by the services that heed it.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<string>> All { get; } = new Dictionary<string, IReadOnlyList<string>>
    {
        [SettleBeforePublish] = ["order"],
    };

    // After the table: static members are initialised in order.
    private static readonly FaultSwitch Switch = new("VISUELS_SABOTAGE", All);

    /// <summary>Whether this guard is to be left out.</summary>
    /// <param name="guard">One of the names above.</param>
    public static bool Is(string guard) => Switch.Is(guard);

    internal static void Check(bool production) => Switch.Check(production);
}
