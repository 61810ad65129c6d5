using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Jobs.Ledger;

/// <summary>The operator's view of the mails, on Jobs' own port only: the Gateway never forwards <c>/internal/</c>.</summary>
internal static class LedgerEndpoints
{
    private const int DefaultLimit = 20;
    private const int MaxLimit = 100;

    public static void MapLedger(this IEndpointRouteBuilder app)
    {
        var mails = app.MapGroup("/internal/mails").WithTags("Mails").RequireAuthorization(Policies.AdminOrService);
        mails.MapGet("/", List);
        mails.MapGet("/{id}", Get);
        mails.MapPost("/{id}/retry", Retry);
        mails.MapPost("/retry", RetryAll);
    }

    private static async Task<Results<Ok<MailListResponse>, ProblemHttpResult>> List(
        [AsParameters] MailQuery query, MailStore store, CancellationToken ct)
    {
        var limit = query.Limit ?? DefaultLimit;
        if (limit is < 1 or > MaxLimit)
        {
            return Problems.InvalidQuery($"limit must be 1 to {MaxLimit}.");
        }

        if (query.State is { } state && !MailStates.All.Contains(state))
        {
            return Problems.InvalidQuery($"state must be one of {string.Join(", ", MailStates.All)}.");
        }

        (DateTimeOffset, string)? after = null;
        if (query.Cursor is { } cursor)
        {
            if (PageCursor.Decode(cursor, BsonType.DateTime, BsonType.String) is not { } last)
            {
                return Problems.InvalidQuery("cursor is not one that this list gave out.");
            }

            after = (last[0].ToUniversalTime(), last[1].AsString);
        }

        // One more than asked for tells whether there is another page.
        var found = await store.ListAsync(query.State, query.Address?.ToLowerInvariant(), after, limit + 1, ct);
        var page = found.Take(limit).ToList();
        var next = found.Count > limit ? PageCursor.Encode(page[^1].CreatedAt.UtcDateTime, page[^1].Id) : null;
        return TypedResults.Ok(new MailListResponse([.. page.Select(MailResponse.From)], next));
    }

    private static async Task<Results<Ok<MailResponse>, ProblemHttpResult>> Get(string id, MailStore store, CancellationToken ct) =>
        await store.FindAsync(id, ct) is { } mail ? TypedResults.Ok(MailResponse.From(mail)) : NoSuchMail();

    private static async Task<Results<Ok<MailResponse>, ProblemHttpResult>> Retry(
        string id, ClaimsPrincipal caller, MailStore store, MailQueue queue, CancellationToken ct)
    {
        var retried = await store.RetryParkedAsync(id, NameOf(caller), ct);
        queue.Wake();
        return await store.FindAsync(id, ct) switch
        {
            null => NoSuchMail(),
            _ when retried == 0 => Problems.Conflict("illegal_transition", "Only a parked mail that has not expired can be tried again."),
            var mail => TypedResults.Ok(MailResponse.From(mail)),
        };
    }

    private static async Task<Ok<RetryResponse>> RetryAll(ClaimsPrincipal caller, MailStore store, MailQueue queue, CancellationToken ct)
    {
        var retried = await store.RetryParkedAsync(id: null, NameOf(caller), ct);
        queue.Wake();
        return TypedResults.Ok(new RetryResponse(retried));
    }

    /// <summary>A user's id or a service's name.</summary>
    private static string NameOf(ClaimsPrincipal caller) => caller.FindFirstValue(TokenRules.Subject) ?? "";

    private static ProblemHttpResult NoSuchMail() => Problems.NotFound("There is no such mail.");
}
