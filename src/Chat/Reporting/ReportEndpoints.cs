using System.ComponentModel.DataAnnotations;
using System.Security.Claims;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Chat.Reporting;

internal static class ReportEndpoints
{
    public static void MapReports(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/message/reports").WithTags("Reports").RequireAuthorization(Policies.Member)
            .MapPost("/", Add).WithSummary("Reports somebody to the operators")
            .RequireRateLimiting(RateLimits.Report).FailsWith(400, "invalid_receiver").FailsWith(404);

    private static async Task<Results<Created<ReportMadeResponse>, Ok<ReportMadeResponse>, ProblemHttpResult>> Add(
        ReportRequest request, ClaimsPrincipal user, Reporting reporting, CancellationToken ct)
    {
        if (request.UserId == user.GetUserId())
        {
            return Problems.BadRequest("invalid_receiver", "You cannot report yourself.");
        }

        if (await reporting.ReportAsync(user.GetUserId(), request.UserId, request.MessageId, request.Reason.Trim(), ct) is not var (report, isNew))
        {
            return Problems.NotFound("There is no such person or message.");
        }

        var answer = new ReportMadeResponse("Thank you. Somebody will look at it.", new ReportMade(report.Id, report.CreatedAt));
        return isNew ? TypedResults.Created((string?)null, answer) : TypedResults.Ok(answer);
    }
}

/// <summary>Body of <c>POST /reports</c>.</summary>
/// <param name="UserId">Who is complained of.</param>
/// <param name="Reason">Why.</param>
/// <param name="MessageId">A message of that person to the caller, if it is about one.</param>
public sealed record ReportRequest(
    ObjectId UserId,
    [property: Required(ErrorMessage = "Please say why."), StringLength(1000, ErrorMessage = "A reason has at most 1,000 characters.")] string Reason,
    ObjectId? MessageId = null);

/// <summary>Answer of <c>POST /reports</c>: 201 for a new one, 200 when the same is open already.</summary>
public sealed record ReportMadeResponse(string Msg, ReportMade Report);

/// <summary>The report as its maker sees it.</summary>
public sealed record ReportMade([property: JsonPropertyName("_id")] ObjectId Id, DateTimeOffset CreatedAt);
