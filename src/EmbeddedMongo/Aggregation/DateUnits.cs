namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The units in which dates are added to and counted.</summary>
internal static class DateUnits
{
    public static readonly string[] All = ["year", "quarter", "month", "week", "day", "hour", "minute", "second", "millisecond"];

    // Of a day that the month does not have, the month's last one is taken.
    public static DateTime AddMonths(DateTime date, long amount) =>
        ((long)date.Year * 12) + date.Month - 1 + amount is >= 12 and < 120_000 ? date.AddMonths((int)amount) : throw Dates.OutOfRange();

    /// <summary>The length of a unit that always has the same; of a week at most.</summary>
    public static long TicksOf(string unit) => unit switch
    {
        "week" => 7 * TimeSpan.TicksPerDay,
        "day" => TimeSpan.TicksPerDay,
        "hour" => TimeSpan.TicksPerHour,
        "minute" => TimeSpan.TicksPerMinute,
        "second" => TimeSpan.TicksPerSecond,
        _ => TimeSpan.TicksPerMillisecond,
    };
}
