using System.Globalization;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>What a text told of a date.</summary>
internal sealed class DateParts
{
    public int? Year { get; set; }

    public int? Month { get; set; }

    public int? Day { get; set; }

    public int? DayOfYear { get; set; }

    public int? IsoYear { get; set; }

    public int? IsoWeek { get; set; }

    public int? IsoDay { get; set; }

    public int? Hour { get; set; }

    public int? Minute { get; set; }

    public int? Second { get; set; }

    public int Millisecond { get; set; }

    public TimeSpan? Offset { get; set; }

    public BsonDateTime ToDate(string text, Zone zone)
    {
        // A date alone is midnight; a time must be whole.
        if (!(Hour is null && Minute is null && Second is null) && (Hour is null || Minute is null || Second is null))
        {
            throw Failure.NotSupported($"a time of hours without minutes or seconds as in '{text}'");
        }

        if (Hour > 23 || Minute > 59 || Second > 59)
        {
            throw Invalid(text);
        }

        if (Offset is not null && !zone.IsUtc)
        {
            throw DateText.Failed("you cannot pass in a date/time string with GMT offset together with a timezone argument");
        }

        var local = DayOf(text) + new TimeSpan(0, Hour ?? 0, Minute ?? 0, Second ?? 0, Millisecond);
        return Offset is { } offset ? new(Dates.Checked(local.Ticks - offset.Ticks)) : zone.FromLocal(local);
    }

    private DateTime DayOf(string text)
    {
        if (IsoYear is not null || IsoWeek is not null || IsoDay is not null)
        {
            return Year is null && Month is null && Day is null && DayOfYear is null && IsoYear is > 0 and var isoYear && IsoWeek is > 0 and var week
                    && week <= ISOWeek.GetWeeksInYear(isoYear) && IsoDay is >= 1 and <= 7 and var day
                ? ISOWeek.ToDateTime(isoYear, week, (DayOfWeek)(day % 7))
                : throw Failure.NotSupported($"the ISO week date '{text}'");
        }

        if (DayOfYear is { } dayOfYear)
        {
            return Month is null && Day is null && Year is > 0 and var of && dayOfYear >= 1 && dayOfYear <= (DateTime.IsLeapYear(of) ? 366 : 365)
                ? new DateTime(of, 1, 1, 0, 0, 0, DateTimeKind.Utc).AddDays(dayOfYear - 1)
                : throw Failure.NotSupported($"the day of a year '{text}'");
        }

        if (Year is not { } year || Month is not { } month || Day is not { } dayOfMonth)
        {
            throw DateText.Failed($"an incomplete date/time string has been found, with elements missing: \"{text}\"");
        }

        return year < 1 ? throw Dates.OutOfRange()
            : month is < 1 or > 12 || dayOfMonth < 1 || dayOfMonth > DateTime.DaysInMonth(year, month) ? throw Invalid(text)
            : new DateTime(year, month, dayOfMonth, 0, 0, 0, DateTimeKind.Utc);
    }

    private static MongoError Invalid(string text) => DateText.Failed($"Error parsing date string '{text}': The parsed date or time was invalid");
}
