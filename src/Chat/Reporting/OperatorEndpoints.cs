using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Chat.Reporting;

/// <summary>The operator's view of the reports, on Chat's own port only: the Gateway never forwards <c>/internal/</c>.</summary>
internal static partial class OperatorEndpoints
{
    private const int MaxLimit = 100;

    public static void MapReportsForOperators(this IEndpointRouteBuilder app)
    {
        var reports = app.MapGroup("/internal/reports").WithTags("Reports").RequireAdminOrServices("chat");
        reports.MapGet("/", List).WithSummary("Lists reports for operators").FailsWith(400, ProblemCodes.InvalidQuery);
        reports.MapGet("/{id}", Get).WithSummary("Shows one report and its messages").FailsWith(404);
        reports.MapPatch("/{id}", Close).WithSummary("Closes a report").FailsWith(404).FailsWith(409, "illegal_transition");
    }

    private static async Task<Results<Ok<ReportsResponse>, ProblemHttpResult>> List(
        [AsParameters] ReportsQuery query, ReportStore store, Reporting reporting, CancellationToken ct)
    {
        if (!NewestFirst.TryRead<ObjectId>(query.Limit, MaxLimit, query.Cursor, out var page, out var mistake))
        {
            return Problems.InvalidQuery(mistake);
        }

        if (query.Status is { } status && !ReportStates.All.Contains(status))
        {
            return Problems.InvalidQuery($"status must be one of {string.Join(", ", ReportStates.All)}.");
        }

        var (reports, next) = page.Cut(await store.ListAsync(query.Status, page, ct), report => (report.CreatedAt, report.Id));
        return TypedResults.Ok(new ReportsResponse([.. reports.Select(report => ReportResponse.From(report, reporting, withMessages: false))], next));
    }

    // Reading other people's messages leaves a trace, whoever does it.
    private static async Task<Results<Ok<ReportResponse>, ProblemHttpResult>> Get(
        ObjectId id, ClaimsPrincipal caller, ReportStore store, Reporting reporting, ILogger<Reporting> logger, CancellationToken ct)
    {
        if (await store.FindAsync(id, ct) is not { } report)
        {
            return NoSuchReport();
        }

        LogRead(logger, id.ToString(), NameOf(caller));
        return TypedResults.Ok(ReportResponse.From(report, reporting, withMessages: true));
    }

    private static async Task<Results<Ok<ReportResponse>, ProblemHttpResult>> Close(
        ObjectId id, CloseReportRequest request, ClaimsPrincipal caller, ReportStore store, Reporting reporting, ILogger<Reporting> logger, CancellationToken ct)
    {
        var isClosed = await store.CloseAsync(id, NameOf(caller), request.Note, ct);
        switch (await store.FindAsync(id, ct))
        {
            case null:
                return NoSuchReport();

            case { } report when isClosed:
                LogClosed(logger, id.ToString(), NameOf(caller));
                return TypedResults.Ok(ReportResponse.From(report, reporting, withMessages: false));

            default:
                return Problems.Conflict("illegal_transition", "This report is closed already.");
        }
    }

    /// <summary>A user's id or a service's name.</summary>
    private static string NameOf(ClaimsPrincipal caller) => caller.FindFirstValue(TokenRules.Subject) ?? "";

    private static ProblemHttpResult NoSuchReport() => Problems.NotFound("There is no such report.");

    [LoggerMessage(LogLevel.Information, "Report {ReportId} was read, with its messages, by {Reader}")]
    private static partial void LogRead(ILogger logger, string reportId, string reader);

    [LoggerMessage(LogLevel.Information, "Report {ReportId} was closed by {Operator}")]
    private static partial void LogClosed(ILogger logger, string reportId, string @operator);
}

/// <summary>Which reports to list; all of it may be absent.</summary>
public sealed class ReportsQuery
{
    /// <summary>OPEN or CLOSED.</summary>
    public string? Status { get; init; }

    /// <summary>20 unless told otherwise, at most 100.</summary>
    [WholeNumber(1, 100)]
    public string? Limit { get; init; }

    /// <summary>nextCursor of an earlier answer.</summary>
    public string? Cursor { get; init; }
}

/// <summary>Body of <c>PATCH /internal/reports/{id}</c>.</summary>
/// <param name="Status">CLOSED.</param>
/// <param name="Note">What was decided, for other operators.</param>
public sealed record CloseReportRequest(
    [property: Required, AllowedValues(ReportStates.Closed, ErrorMessage = "status must be CLOSED.")] string Status,
    [property: StringLength(1000, ErrorMessage = "A note has at most 1,000 characters.")] string? Note = null);

internal sealed record ReportsResponse(IReadOnlyList<ReportResponse> Reports, string? NextCursor);

internal sealed record ReportResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    ObjectId? ReporterId,
    ObjectId ReportedId,
    ObjectId? MessageId,
    string? Reason,
    string Status,
    DateTimeOffset CreatedAt,
    DateTimeOffset? ClosedAt,
    string? ClosedBy,
    string? Note,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyList<ReportedMessageResponse>? Messages)
{
    public static ReportResponse From(Report report, Reporting reporting, bool withMessages) => new(
        report.Id, report.ReporterId, report.ReportedId, report.MessageId, reporting.ReasonOf(report), report.Status, report.CreatedAt,
        report.ClosedAt, report.ClosedBy, report.Note,
        withMessages ? report.Messages.ConvertAll(message => ReportedMessageResponse.From(report, message, reporting)) : null);
}

/// <summary>A copied message; <c>content</c> is null when it cannot be opened.</summary>
internal sealed record ReportedMessageResponse(
    [property: JsonPropertyName("_id")] ObjectId Id, long Seq, ObjectId? SenderId, string Type, DateTimeOffset CreatedAt, string? Content)
{
    public static ReportedMessageResponse From(Report report, ReportedMessage message, Reporting reporting) => new(
        message.Id, message.Seq, message.SenderId, message.Type, message.CreatedAt, reporting.TextOf(report, message));
}
