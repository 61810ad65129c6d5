using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Jobs.Ledger;

/// <summary>The operator's view of the mails, on Jobs' own port only: the Gateway never forwards <c>/internal/</c>.</summary>
internal static class LedgerEndpoints
{
    private const int MaxLimit = 100;

    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        var mails = app.MapGroup("/internal/mails").WithTags("Mails").RequireAdminOrServices("jobs");
        mails.MapGet("/", List).WithSummary("Lists mails, the newest first").FailsWith(400, ProblemCodes.InvalidQuery);
        mails.MapGet("/{id}", Get).WithSummary("Shows one mail's state and attempts").FailsWith(404);
        mails.MapPost("/{id}/retry", Retry).WithSummary("Queues a parked mail again").FailsWith(404).FailsWith(409, "illegal_transition");
        mails.MapPost("/retry", RetryAll).WithSummary("Queues parked mails again, all or some").FailsWith(400, ProblemCodes.InvalidQuery);
    }

    private static async Task<Results<Ok<MailListResponse>, ProblemHttpResult>> List(
        [AsParameters] MailQuery query, MailStore store, CancellationToken ct)
    {
        if (!NewestFirst.TryRead<string>(query.Limit, MaxLimit, query.Cursor, out var page, out var mistake))
        {
            return Problems.InvalidQuery(mistake);
        }

        if (query.State is { } state && !MailStates.All.Contains(state))
        {
            return Problems.InvalidQuery($"state must be one of {string.Join(", ", MailStates.All)}.");
        }

        if (query.Since >= query.Until)
        {
            return SinceAfterUntil();
        }

        var (mails, next) = page.Cut(await store.ListAsync(query.Filter, page, ct), mail => (mail.CreatedAt, mail.Id));
        return TypedResults.Ok(new MailListResponse([.. mails.Select(MailResponse.From)], next));
    }

    private static async Task<Results<Ok<MailResponse>, ProblemHttpResult>> Get(string id, MailStore store, CancellationToken ct) =>
        await store.FindAsync(id, ct) is { } mail ? TypedResults.Ok(MailResponse.From(mail)) : NoSuchMail();

    private static async Task<Results<Ok<MailResponse>, ProblemHttpResult>> Retry(
        string id, ClaimsPrincipal caller, MailStore store, MailQueue queue, TimeProvider clock, CancellationToken ct)
    {
        var isQueued = await store.RetryAsync(id, NameOf(caller), ct);
        queue.Wake();
        return await store.FindAsync(id, ct) switch
        {
            null => NoSuchMail(),
            var mail when isQueued => TypedResults.Ok(MailResponse.From(mail)),
            var mail => Problems.Conflict("illegal_transition", WhyNot(mail, clock.GetUtcNow())),
        };
    }

    private static async Task<Results<Ok<RetryResponse>, ProblemHttpResult>> RetryAll(
        [AsParameters] RetryQuery query, ClaimsPrincipal caller, MailStore store, MailQueue queue, CancellationToken ct)
    {
        if (query.State is not (null or MailStates.Parked))
        {
            return Problems.InvalidQuery("Only parked mails can be tried again.");
        }

        if (query.Since >= query.Until)
        {
            return SinceAfterUntil();
        }

        var retried = await store.RetryAsync(query.Filter, NameOf(caller), ct);
        queue.Wake();
        return TypedResults.Ok(new RetryResponse(retried));
    }

    private static string WhyNot(Mail mail, DateTimeOffset now) => mail switch
    {
        { State: MailStates.Sent } => "The mail is sent already.",
        { State: MailStates.Queued or MailStates.Sending } => "The mail is not parked: it is tried again by itself.",
        _ when mail.IsExpired(now) => "The mail has expired; what it says is of no use any more.",
        { Model: null } => "What the mail says is not kept any more.",
        _ => "The mail has changed meanwhile; look at it again.",
    };

    private static ProblemHttpResult SinceAfterUntil() => Problems.InvalidQuery("since must be before until.");

    /// <summary>A user's id or a service's name.</summary>
    private static string NameOf(ClaimsPrincipal caller) => caller.FindFirstValue(TokenRules.Subject) ?? "";

    private static ProblemHttpResult NoSuchMail() => Problems.NotFound("There is no such mail.");
}
