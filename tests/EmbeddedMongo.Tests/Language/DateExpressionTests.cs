using static Visuels.EmbeddedMongo.Tests.Language.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class DateExpressionTests
{
    private const string Document = "{d: ISODate('2024-02-29T13:45:10.007Z'), e: ISODate('2020-12-31T23:30:00Z')}";

    [Theory]
    [InlineData("{$isoWeek: '$e'}", "53")]
    [InlineData("{$isoWeekYear: ISODate('2021-01-03T00:00:00Z')}", "NumberLong(2020)")]
    [InlineData("{$isoDayOfWeek: '$e'}", "4")]
    [InlineData("{$week: '$e'}", "52")]
    [InlineData("{$week: ISODate('2021-01-02T00:00:00Z')}", "0")]
    [InlineData("{$week: ISODate('2021-01-03T00:00:00Z')}", "1")]
    [InlineData("{$hour: {date: '$d', timezone: 'America/New_York'}}", "8")]
    [InlineData("{$dayOfMonth: {date: '$e', timezone: '+01'}}", "1")]
    [InlineData("{$year: {date: '$d', timezone: null}}", "null")]
    [InlineData("{$dateToParts: {date: '$d'}}", "{year: 2024, month: 2, day: 29, hour: 13, minute: 45, second: 10, millisecond: 7}")]
    [InlineData("{$dateToParts: {date: '$e', iso8601: true}}",
        "{isoWeekYear: 2020, isoWeek: 53, isoDayOfWeek: 4, hour: 23, minute: 30, second: 0, millisecond: 0}")]
    public void Dates_have_parts_in_every_zone(string expression, string expected) => Same(expected, Evaluate(expression, Document));

    [Theory]
    [InlineData("%Y-%m-%d %H:%M:%S.%L", "2024-02-29 13:45:10.007")]
    [InlineData("%b %B %j %u %w %U %V %G", "Feb February 060 4 5 08 09 2024")]
    [InlineData("100%%", "100%")]
    [InlineData("%z %Z", "+0000 +0")]
    public void Dates_are_formatted(string format, string expected) =>
        Same($"'{expected}'", Evaluate($"{{$dateToString: {{date: '$d', format: '{format}'}}}}", Document));

    [Theory]
    [InlineData("{$dateToString: {date: '$d', format: '%H:%M %z %Z', timezone: '-05:30'}}", "'08:15 -0530 -330'")]
    [InlineData("{$dateToString: {date: '$d', format: '%H%z', timezone: 'Europe/Paris'}}", "'14+0100'")]
    [InlineData("{$dateToString: {date: null, onNull: 'none'}}", "'none'")]
    [InlineData("{$dateToString: {date: '$d', format: null}}", "null")]
    public void Dates_are_formatted_in_their_zone(string expression, string expected) => Same(expected, Evaluate(expression, Document));

    [Theory]
    [InlineData("ISODate('2020-10-31T12:00:00Z')", "month", 1, null, "2020-11-30T12:00:00Z")]
    [InlineData("ISODate('2024-02-29T12:00:00Z')", "year", -1, null, "2023-02-28T12:00:00Z")]
    [InlineData("ISODate('2024-01-31T12:00:00Z')", "quarter", 1, null, "2024-04-30T12:00:00Z")]
    [InlineData("ISODate('2024-01-31T12:00:00Z')", "week", 2, null, "2024-02-14T12:00:00Z")]
    [InlineData("ISODate('2020-11-01T05:50:02Z')", "hour", 1, "America/New_York", "2020-11-01T06:50:02Z")]
    [InlineData("ISODate('2020-10-31T10:10:00Z')", "day", 1, "America/New_York", "2020-11-01T11:10:00Z")]
    [InlineData("ISODate('2020-12-31T12:10:05Z')", "month", 2, "America/New_York", "2021-02-28T12:10:05Z")]
    [InlineData("ISODate('1970-01-01T00:00:00Z')", "millisecond", 1500, null, "1970-01-01T00:00:01.5Z")]
    public void Adding_keeps_what_calendar_and_clock_show(string start, string unit, int amount, string? zone, string expected)
    {
        var timezone = zone is null ? "" : $", timezone: '{zone}'";

        Same($"ISODate('{expected}')", Evaluate($"{{$dateAdd: {{startDate: {start}, unit: '{unit}', amount: {amount}{timezone}}}}}"));
        Same($"ISODate('{expected}')", Evaluate($"{{$dateSubtract: {{startDate: {start}, unit: '{unit}', amount: {-amount}{timezone}}}}}"));
    }

    [Theory]
    [InlineData("2020-11-01T18:23:36Z", "2020-11-02T18:24:00Z", "day", "", 1)]
    [InlineData("2020-12-31T23:59:59Z", "2021-01-01T00:00:00Z", "year", "", 1)]
    [InlineData("2020-03-31T00:00:00Z", "2020-04-01T00:00:00Z", "quarter", "", 1)]
    [InlineData("2021-01-31T00:00:00Z", "2020-12-31T00:00:00Z", "month", "", -1)]
    [InlineData("2021-01-02T00:00:00Z", "2021-01-03T00:00:00Z", "week", "", 1)]
    [InlineData("2021-01-02T00:00:00Z", "2021-01-03T00:00:00Z", "week", ", startOfWeek: 'Monday'", 0)]
    [InlineData("2020-11-08T00:59:59Z", "2020-11-08T01:00:00Z", "hour", "", 1)]
    [InlineData("2020-11-08T00:20:00Z", "2020-11-08T00:40:00Z", "hour", ", timezone: '+00:30'", 1)]
    [InlineData("2020-11-01T05:30:00Z", "2020-11-01T06:30:00Z", "hour", ", timezone: 'America/New_York'", 1)]
    [InlineData("2020-11-01T00:30:00Z", "2020-11-02T12:00:00Z", "day", ", timezone: 'America/New_York'", 2)]
    [InlineData("2020-11-08T00:00:00Z", "2020-11-08T00:00:01.5Z", "millisecond", "", 1500)]
    public void A_difference_counts_how_often_a_unit_begins(string start, string end, string unit, string more, int expected) =>
        Same($"NumberLong({expected})", Evaluate($"{{$dateDiff: {{startDate: ISODate('{start}'), endDate: ISODate('{end}'), unit: '{unit}'{more}}}}}"));

    [Theory]
    [InlineData("unit: 'hour'", "2021-03-20T11:00:00Z")]
    [InlineData("unit: 'week'", "2021-03-14T00:00:00Z")]
    [InlineData("unit: 'week', startOfWeek: 'mon'", "2021-03-15T00:00:00Z")]
    [InlineData("unit: 'month', binSize: 2", "2021-03-01T00:00:00Z")]
    [InlineData("unit: 'quarter'", "2021-01-01T00:00:00Z")]
    [InlineData("unit: 'year', binSize: 5", "2020-01-01T00:00:00Z")]
    [InlineData("unit: 'minute', binSize: 15", "2021-03-20T11:30:00Z")]
    [InlineData("unit: 'day', timezone: 'America/Los_Angeles'", "2021-03-20T07:00:00Z")]
    public void Cutting_off_goes_back_to_where_the_unit_began(string how, string expected) =>
        Same($"ISODate('{expected}')", Evaluate($"{{$dateTrunc: {{date: ISODate('2021-03-20T11:30:05Z'), {how}}}}}"));

    [Theory]
    [InlineData("year: 2017, month: 2, day: 8, hour: 12", "2017-02-08T12:00:00Z")]
    [InlineData("year: 2017, month: 14, day: 1", "2018-02-01T00:00:00Z")]
    [InlineData("year: 2017, month: 0, day: 1", "2016-12-01T00:00:00Z")]
    [InlineData("year: 2017, day: 0", "2016-12-31T00:00:00Z")]
    [InlineData("isoWeekYear: 2017, isoWeek: 6, isoDayOfWeek: 3, hour: 12", "2017-02-08T12:00:00Z")]
    [InlineData("year: 2016, month: 12, day: 31, hour: 23, minute: 46, second: 12, timezone: 'America/New_York'", "2017-01-01T04:46:12Z")]
    public void Dates_come_from_parts_that_may_run_over(string parts, string expected) =>
        Same($"ISODate('{expected}')", Evaluate($"{{$dateFromParts: {{{parts}}}}}"));

    [Theory]
    [InlineData("dateString: '2017-02-08T12:10:40.787'", "ISODate('2017-02-08T12:10:40.787Z')")]
    [InlineData("dateString: '2017-02-08T12:10:40.787', timezone: 'America/New_York'", "ISODate('2017-02-08T17:10:40.787Z')")]
    [InlineData("dateString: '2017-02-08', timezone: '+05:00'", "ISODate('2017-02-07T19:00:00Z')")]
    [InlineData("dateString: '06-15-2018', format: '%m-%d-%Y'", "ISODate('2018-06-15T00:00:00Z')")]
    [InlineData("dateString: '15 Jun 2018 07:05:01', format: '%d %b %Y %H:%M:%S'", "ISODate('2018-06-15T07:05:01Z')")]
    [InlineData("dateString: '2017-02-08 +0200', format: '%Y-%m-%d %z'", "ISODate('2017-02-07T22:00:00Z')")]
    [InlineData("dateString: '2024-060', format: '%Y-%j'", "ISODate('2024-02-29T00:00:00Z')")]
    [InlineData("dateString: '2020-53-4', format: '%G-%V-%u'", "ISODate('2020-12-31T00:00:00Z')")]
    [InlineData("dateString: 'nonsense', format: '%Y-%m-%d', onError: 'wrong'", "'wrong'")]
    [InlineData("dateString: 5, onError: 'wrong'", "'wrong'")]
    [InlineData("dateString: null, onNull: 'none'", "'none'")]
    public void Dates_come_from_text(string arguments, string expected) => Same(expected, Evaluate($"{{$dateFromString: {{{arguments}}}}}"));

    [Theory]
    [InlineData("{$year: {date: 1}}", 16006)]
    [InlineData("{$year: {date: '$d', zone: 1}}", 40535)]
    [InlineData("{$year: {timezone: 'UTC'}}", 40539)]
    [InlineData("{$year: ['$d', 1]}", 40536)]
    [InlineData("{$year: {date: '$d', timezone: 1}}", 40517)]
    [InlineData("{$year: {date: '$d', timezone: 'Pacific Standard Time'}}", 40485)]
    [InlineData("{$year: {date: '$d', timezone: '+1'}}", 40485)]
    [InlineData("{$dateToString: 1}", 18629)]
    [InlineData("{$dateToString: {date: '$d', format: '%'}}", 18535)]
    [InlineData("{$dateToString: {date: null, format: '%q'}}", 18536)]
    [InlineData("{$dateToString: {date: '$d', format: 1}}", 18533)]
    [InlineData("{$dateToString: {date: '$d', timezone: 'Europe/Paris'}}", 238)]
    [InlineData("{$dateToParts: {date: '$d', iso8601: 1}}", 40521)]
    [InlineData("{$dateFromParts: {month: 1}}", 40516)]
    [InlineData("{$dateFromParts: {year: 2017, isoWeek: 1}}", 40489)]
    [InlineData("{$dateFromParts: {isoWeekYear: 2017, month: 1}}", 40525)]
    [InlineData("{$dateFromParts: {year: 2017.5}}", 40515)]
    [InlineData("{$dateFromParts: {year: 10000}}", 40523)]
    [InlineData("{$dateFromParts: {year: 2017, hour: 40000}}", 31034)]
    [InlineData("{$dateFromParts: {year: 2021, month: 3, day: 14, hour: 2, minute: 30, timezone: 'America/New_York'}}", 238)]
    [InlineData("{$dateFromParts: {year: 2021, month: 11, day: 7, hour: 1, minute: 30, timezone: 'America/New_York'}}", 238)]
    [InlineData("{$hour: {date: ISODate('1969-12-31T00:00:00Z'), timezone: 'America/New_York'}}", 238)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 'year', amount: 8000}}", 238)]
    [InlineData("{$dateFromString: {}}", 40542)]
    [InlineData("{$dateFromString: {dateString: '2017-02-30'}}", 241)]
    [InlineData("{$dateFromString: {dateString: '2017-02-08Z', format: '%Y-%m-%d'}}", 241)]
    [InlineData("{$dateFromString: {dateString: '2017-02-08', format: '%w'}}", 18536)]
    [InlineData("{$dateFromString: {dateString: '2017-02-08', format: '%Y-%d'}}", 241)]
    [InlineData("{$dateFromString: {dateString: '2017-02-08T00:00:00Z', timezone: 'Europe/Paris'}}", 241)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 'day'}}", 5166402)]
    [InlineData("{$dateAdd: {startDate: 1, unit: 'day', amount: 1}}", 5166403)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 1, amount: 1}}", 5166404)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 'days', amount: 1}}", 9)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 'day', amount: 1.5}}", 5166405)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 'day', amount: 1, x: 1}}", 5166401)]
    [InlineData("{$dateAdd: {startDate: '$d', unit: 'year', amount: NumberLong('1000000000')}}", 5976500)]
    [InlineData("{$dateDiff: {startDate: '$d', endDate: 1, unit: 'day'}}", 5166307)]
    [InlineData("{$dateDiff: {startDate: '$d', endDate: '$d', unit: 'days'}}", 5439014)]
    [InlineData("{$dateDiff: {startDate: '$d', endDate: '$d', unit: 'week', startOfWeek: 'x'}}", 5439016)]
    [InlineData("{$dateTrunc: {date: '$d'}}", 5439010)]
    [InlineData("{$dateTrunc: {date: '$d', unit: 'day', binSize: 0}}", 5439018)]
    [InlineData("{$dateTrunc: {date: '$d', unit: 'day', binSize: 1.5}}", 5439017)]
    public void Whatever_is_wrong_is_refused_with_MongoDBs_code(string expression, int code) =>
        Assert.Equal(code, Code(() => Evaluate(expression, Document)));
}
