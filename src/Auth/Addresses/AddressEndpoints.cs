using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Sessions;
using Visuels.Auth.Throttling;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Addresses;

internal static class AddressEndpoints
{
    public static void MapAddresses(this IEndpointRouteBuilder app)
    {
        var email = app.MapGroup("/api/v1/auth/email").WithTags("Account").RequireAuthorization().FailsWith(403, "account_blocked");
        // Not as often as other things that its owner is asked for: each may mail a stranger.
        email.MapPut("", Ask).WithSummary("Asks for another address and mails it a code").AsksForOwner().RequireRateLimiting(RateLimits.Resend)
            .FailsWith(409, "email_unchanged", "email_changed_too_often", "account_changed");
        email.MapPost("/confirm", Confirm).WithSummary("Proves the new address by its code").RequireRateLimiting(RateLimits.Codes)
            .FailsWith(400, "otp_wrong", "otp_expired").FailsWith(401, "session_ended").FailsWith(409, "email_taken").FailsWith(429, "otp_attempts_exceeded");
        email.MapPost("/undo", Undo).WithSummary("Brings the address before back, by the token mailed to it").AllowAnonymous().RequireRateLimiting(RateLimits.Codes)
            .FailsWith(400, "undo_invalid").FailsWith(409, "email_taken");
        email.MapGet("/undo", AskToUndo).WithSummary("Shows the page that asks before it posts the token; changes nothing").AllowAnonymous()
            .RequireRateLimiting(RateLimits.Write).Produces<string>(200, "text/html");
        // Beside the JSON; whoever sends no content type gets that one's answer. The token is proof enough, so no antiforgery token is asked for.
        email.MapPost("/undo", UndoByForm).Accepts<UndoAddressRequest>("application/x-www-form-urlencoded").WithOrder(1).ExcludeFromDescription()
            .AllowAnonymous().RequireRateLimiting(RateLimits.Codes).DisableAntiforgery();
    }

    // One answer for every address, taken or not, and whether or not a mail goes out.
    private static async Task<Results<Accepted<ChangeAddressResponse>, ProblemHttpResult>> Ask(
        ChangeAddressRequest request,
        ClaimsPrincipal user,
        HttpRequest http,
        Reauthentication reauthentication,
        Requesters requesters,
        AddressChanges changes,
        CancellationToken ct)
    {
        if (user.FindSessionId() is not { } session)
        {
            return Reauthentication.SessionEnded();
        }

        var email = InputRules.Email(request.Email);
        var (account, refusal) = await reauthentication.AskAsync(user, request.Password, request.Code, ct, refuses: account =>
            account.Email == email ? Problems.Conflict("email_unchanged", "This is the address of your account already.")
            : changes.IsUsedUp(account) ? Problems.Conflict("email_changed_too_often", "You have changed your address several times within a week. Please wait a few days.")
            : null);
        if (refusal is not null)
        {
            return refusal;
        }

        return await changes.AskAsync(account!, email, requesters.Of(http, session), ct)
            ? TypedResults.Accepted((string?)null, new ChangeAddressResponse(true, "otp sent"))
            : Problems.Conflict("account_changed", "Your account was changed in this moment. Please try again.");
    }

    private static async Task<Results<Ok<MeResponse>, ProblemHttpResult>> Confirm(
        ConfirmAddressRequest request,
        ClaimsPrincipal user,
        HttpContext http,
        AccountStore accounts,
        OneTimeCodes codes,
        Requesters requesters,
        AddressChanges changes,
        KnownDevices devices,
        CancellationToken ct)
    {
        var account = await accounts.FindAsync(user.GetUserId(), ct);
        if (account is not { Blocked: false })
        {
            return MeEndpoints.Refuse(account);
        }

        if (!account.AdmitsToken(user) || user.FindSessionId() is not { } session)
        {
            return Reauthentication.SessionEnded();
        }

        if (account.WantedAddress?.Email is not { } email)
        {
            return CodeEndpoints.RefusalOf(CodeVerdict.Expired, http.Response);
        }

        var entered = await codes.CheckAsync(CodePurposes.ChangeEmail, email, request.Otp, requesters.Of(http.Request, session), ct);
        if (entered.Verdict != CodeVerdict.Right || !await codes.TryUseAsync(entered, ct))
        {
            return CodeEndpoints.RefusalOf(entered.Verdict, http.Response);
        }

        switch (await changes.MoveAsync(account, email, session))
        {
            case (AddressChange.Done, { } moved):
                devices.Remember(http, email);
                return TypedResults.Ok(new MeResponse(AccountResponse.From(moved)));

            case (AddressChange.Taken, _):
                return Taken();

            case (_, not { Blocked: false } and var left):
                return MeEndpoints.Refuse(left);

            default:
                return CodeEndpoints.RefusalOf(CodeVerdict.Expired, http.Response);
        }
    }

    private static async Task<Results<Ok<UndoAddressResponse>, ProblemHttpResult>> Undo(UndoAddressRequest request, AddressChanges changes, CancellationToken ct) =>
        await changes.RestoreAsync(request.Token, ct) switch
        {
            (AddressChange.Done, _) => TypedResults.Ok(new UndoAddressResponse(true, "address restored")),
            (AddressChange.Taken, _) => Taken(),
            (_, { Blocked: true }) => SessionAnswers.Blocked(),
            _ => Problems.BadRequest("undo_invalid", "This change cannot be undone any more, or was undone already."),
        };

    private static ContentHttpResult AskToUndo(string? token, HttpResponse response) => UndoPage.Ask(token ?? "", response);

    private static async Task<Results<ContentHttpResult, ProblemHttpResult>> UndoByForm(
        IFormCollection form, AddressChanges changes, UndoPage page, HttpResponse response, CancellationToken ct)
    {
        if (form["token"] is not [{ } token])
        {
            return Problems.Problem(StatusCodes.Status415UnsupportedMediaType, "unsupported_media_type", "This is not the form of our page. Send JSON.");
        }

        var (change, account) = await changes.RestoreAsync(token, ct);
        return page.Outcome(change, account is { Blocked: true }, response);
    }

    // Only to somebody who has shown that the mailbox is theirs.
    private static ProblemHttpResult Taken() => Problems.Conflict("email_taken", "Another account has this address.");
}
