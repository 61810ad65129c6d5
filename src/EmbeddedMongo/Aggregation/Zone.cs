using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>A time zone as date expressions name it: an offset from UTC, or an Olson identifier.</summary>
internal sealed class Zone
{
    private readonly TimeZoneInfo? _rules;
    private readonly TimeSpan _offset;

    private Zone(TimeZoneInfo? rules, TimeSpan offset) => (_rules, _offset) = (rules, offset);

    public static Zone Utc { get; } = new(null, TimeSpan.Zero);

    public bool IsUtc => _rules is null && _offset == TimeSpan.Zero;

    /// <summary>UTC where no zone is given, null where the expression has no value.</summary>
    public static Zone? Of(Expression? expression, Scope scope) => expression is null ? Utc : expression.Evaluate(scope) switch
    {
        null or BsonNull or BsonUndefined => null,
        BsonString name => Find(name.Value),
        var other => throw Failure.Located(40517, $"timezone must evaluate to a string, found {Failure.TypeName(other)}"),
    };

    public static Zone Find(string name) =>
        name == "UTC" ? Utc
        : ParseOffset(name) is { } offset ? new(null, offset)
        : TimeZoneInfo.TryFindSystemTimeZoneById(name, out var found) && found.HasIanaId ? new(found, TimeSpan.Zero)
        : throw Failure.Located(40485, $"unrecognized time zone identifier: \"{name}\"");

    public TimeSpan OffsetAt(DateTime utc) => _rules is null ? _offset
        : utc < DateTime.UnixEpoch ? throw Failure.NotSupported("a date before 1970 in a named time zone")
        : _rules.GetUtcOffset(utc);

    public DateTime ToLocal(BsonDateTime date) => date.IsValidDateTime && date.ToUniversalTime() is var utc
        ? Dates.Checked(utc.Ticks + OffsetAt(utc).Ticks)
        : throw Dates.OutOfRange();

    /// <summary>The instant at which clocks of this zone show a time.</summary>
    public BsonDateTime FromLocal(DateTime local)
    {
        // What a clock skips or shows twice is read differently by different versions.
        if (_rules is not null && (_rules.IsInvalidTime(Plain(local)) || _rules.IsAmbiguousTime(Plain(local))))
        {
            throw Failure.NotSupported($"a time at which clocks change in '{_rules.Id}'");
        }

        var utc = Dates.Checked(local.Ticks - (_rules?.GetUtcOffset(Plain(local)) ?? _offset).Ticks);
        OffsetAt(utc);
        return new(utc);
    }

    private static DateTime Plain(DateTime local) => DateTime.SpecifyKind(local, DateTimeKind.Unspecified);

    // +HH, +HHMM or +HH:MM.
    private static TimeSpan? ParseOffset(string text)
    {
        var digits = text.Length == 6 && text[3] == ':' ? text.Remove(3, 1) : text;

        if (digits.Length is not (3 or 5) || text.Length == 4 || digits[0] is not ('+' or '-') || !digits.AsSpan(1).ContainsOnlyDigits())
        {
            return null;
        }

        var minutes = (Digit(1) * 600) + (Digit(2) * 60) + (digits.Length == 5 ? (Digit(3) * 10) + Digit(4) : 0);
        return TimeSpan.FromMinutes(digits[0] == '-' ? -minutes : minutes);

        int Digit(int at) => digits[at] - '0';
    }
}
