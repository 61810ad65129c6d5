using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>Dates as expressions take them; the calendar reaches from year 1 to 9999.</summary>
internal static class Dates
{
    /// <summary>Null for what has no value; identifiers and timestamps tell when they were made.</summary>
    public static BsonDateTime? Find(BsonValue? value) => Expression.IsNullish(value) ? null
        : TryFind(value!) ?? throw Failure.Located(16006, $"can't convert from BSON type {Failure.TypeName(value)} to Date");

    public static BsonDateTime? TryFind(BsonValue value) => value switch
    {
        BsonDateTime date => date,
        BsonObjectId id => new(id.Value.CreationTime),
        BsonTimestamp stamp => new((stamp.Value >>> 32) * 1000),
        _ => null,
    };

    public static DateTime Checked(Int128 ticks) =>
        ticks >= 0 && ticks <= DateTime.MaxValue.Ticks ? new((long)ticks, DateTimeKind.Utc) : throw OutOfRange();

    public static MongoError OutOfRange() => Failure.NotSupported("a date before the year 1 or after 9999");

    /// <summary>A calendar day, whose month may lie outside of the year and day outside of the month.</summary>
    public static DateTime Day(long year, long month, long day)
    {
        var months = (year * 12) + month - 1;

        return months >= 12 && months < 120_000
            ? Checked(new DateTime((int)(months / 12), (int)(months % 12) + 1, 1).Ticks + ((Int128)(day - 1) * TimeSpan.TicksPerDay))
            : throw OutOfRange();
    }

    public static int IsoDayOfWeek(DateTime date) => date.DayOfWeek == DayOfWeek.Sunday ? 7 : (int)date.DayOfWeek;

    /// <summary>Weeks begin on Sunday; the days before the year's first are in week 0.</summary>
    public static int Week(DateTime date) => (date.DayOfYear - (int)date.DayOfWeek - 1 + 7) / 7;

    public static bool ContainsOnlyDigits(this ReadOnlySpan<char> text) => !text.ContainsAnyExceptInRange('0', '9');
}
