using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Chat.Blocking;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Paging;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat.Conversations;

internal static class ConversationEndpoints
{
    private const int MostMessages = 100;
    private const int MostConversations = 50;

    public static void MapConversations(this IEndpointRouteBuilder app)
    {
        var messages = app.MapGroup("/api/v1/message").WithTags("Messages").RequireAuthorization(Policies.Member);

        messages.MapPost("/send/{userId}", Send).WithSummary("Sends somebody a message").RequireRateLimiting(RateLimits.Message)
            .FailsWith(400, "invalid_receiver").FailsWith(403, "chat_not_allowed", "blocked").FailsWith(404).FailsWith(409, "receiver_blocked");
        messages.MapGet("/get/{userId}", History).WithSummary("Reads the conversation with somebody, page by page")
            .FailsWith(400, ProblemCodes.InvalidQuery);
        messages.MapGet("/conversations", List).WithSummary("Lists one's conversations").FailsWith(400, ProblemCodes.InvalidQuery);
        messages.MapPost("/read/{userId}", MarkRead).WithSummary("Marks messages as read").RequireRateLimiting(RateLimits.Write).FailsWith(404);
    }

    private static async Task<Results<Created<SendMessageResponse>, Ok<SendMessageResponse>, ProblemHttpResult>> Send(
        ObjectId userId, SendMessageRequest request, ClaimsPrincipal user, Messenger messenger, CancellationToken ct)
    {
        var outcome = await messenger.SendAsync(user.GetUserId(), user.GetRole(), userId, request, ct);
        if (outcome.Refusal is { } refusal)
        {
            return Problems.Problem(refusal.Status, refusal.Code, refusal.Message);
        }

        var answer = new SendMessageResponse("Message sent", outcome.Message!);
        return outcome.IsNew ? TypedResults.Created((string?)null, answer) : TypedResults.Ok(answer);
    }

    private static async Task<Results<Ok<HistoryResponse>, ProblemHttpResult>> History(
        ObjectId userId, [AsParameters] HistoryQuery query, ClaimsPrincipal user, ConversationStore chats, MessageLog log, CancellationToken ct)
    {
        if (!TryRead(query.Limit, 50, MostMessages, out var limit))
        {
            return Problems.InvalidQuery($"limit must be a number from 1 to {MostMessages}.");
        }

        if (!TryRead(query.Before, long.MaxValue, long.MaxValue, out var before))
        {
            return Problems.InvalidQuery("before must be a sequence number.");
        }

        if (await chats.FindAsync(Pair.Of(user.GetUserId(), userId), ct) is not { } chat)
        {
            return TypedResults.Ok(new HistoryResponse(true, [], null));
        }

        var page = await log.PageAsync(chat, before, (int)limit, ct);
        return TypedResults.Ok(new HistoryResponse(true, page, page is [{ Seq: > 1 } oldest, ..] ? oldest.Seq : null));
    }

    private static async Task<Results<Ok<ConversationsResponse>, ProblemHttpResult>> List(
        [AsParameters] ConversationsQuery query, ClaimsPrincipal user, ConversationStore chats, MessageSeal seal, UserCards people, BlockStore blocks, CancellationToken ct)
    {
        if (!NewestFirst.TryRead<ObjectId>(query.Limit, MostConversations, query.Cursor, out var page, out var mistake))
        {
            return Problems.InvalidQuery(mistake);
        }

        var me = user.GetUserId();
        var (found, next) = page.Cut(await chats.ListAsync(me, page, ct), chat => (chat.LastMessageAt!.Value, chat.Id));
        var others = found.ConvertAll(chat => chat.Other(me));
        var cards = await people.GetAsync(others, ct);
        var blocked = await blocks.BlockedAsync(me, others, ct);
        return TypedResults.Ok(new ConversationsResponse(
            [.. found.Zip(others, (chat, other) => new ConversationResponse(
                chat.Id, PersonResponse.Of(other, cards.GetValueOrDefault(other)), seal.OpenPreview(chat) ?? "", chat.LastMessageAt!.Value, chat.UnreadBy(me))
            {
                Blocked = blocked.Contains(other),
            })],
            next));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> MarkRead(
        ObjectId userId, ReadRequest request, ClaimsPrincipal user, ConversationStore chats, MessageLog log, CancellationToken ct)
    {
        var pair = Pair.Of(user.GetUserId(), userId);
        if (await chats.FindAsync(pair, ct) is not { } chat)
        {
            return Problems.NotFound("There is no conversation with this person.");
        }

        await log.MarkReadAsync(user.GetUserId(), pair, chat, request.Seq, ct);
        return TypedResults.NoContent();
    }

    private static bool TryRead(string? text, long absent, long most, out long number)
    {
        number = absent;
        return text is null
            || (long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= 1 && number <= most);
    }
}
