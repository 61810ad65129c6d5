using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.SecondFactor;

internal static class SecondFactorEndpoints
{
    public static void MapSecondFactor(this IEndpointRouteBuilder app)
    {
        var factor = app.MapGroup("/api/v1/auth/second-factor").WithTags("Second factor").FailsWith(403, "account_blocked");
        factor.MapPost("/verify", Verify).WithSummary("Begins a session with a ticket of sign-in and a code")
            .AllowAnonymous().RequireRateLimiting(RateLimits.Codes).ChecksCode().FailsWith(401, "ticket_invalid");

        var own = factor.MapGroup("").RequireAuthorization();
        own.MapGet("", State).WithSummary("Tells whether one's second factor is on");
        own.MapPost("", Begin).WithSummary("Makes a secret for an authenticator app").AsksForOwner().FailsWith(409, "second_factor_on");
        own.MapPost("/confirm", Confirm).WithSummary("Switches the second factor on with the app's first code")
            .RequireRateLimiting(RateLimits.Codes).ChecksCode()
            .FailsWith(401, "session_ended").FailsWith(409, "second_factor_on", "second_factor_not_begun");
        own.MapPost("/recovery-codes", RenewRecoveryCodes).WithSummary("Replaces one's recovery codes")
            .RequireRateLimiting(RateLimits.Codes).ChecksCode().FailsWith(409, "second_factor_off");
        own.MapDelete("", SwitchOff).WithSummary("Switches the second factor off")
            .RequireRateLimiting(RateLimits.Codes).ChecksCode().FailsWith(409, "second_factor_off");
    }

    private static RouteHandlerBuilder ChecksCode(this RouteHandlerBuilder route) =>
        route.FailsWith(400, "second_factor_wrong").FailsWith(429, "second_factor_throttled");

    private static async Task<Results<Ok<SecondFactorState>, ProblemHttpResult>> State(ClaimsPrincipal user, AccountStore accounts, CancellationToken ct) =>
        await accounts.FindAsync(user.GetUserId(), ct) switch
        {
            { Blocked: false } account => TypedResults.Ok(SecondFactorState.Of(account.Authenticator)),
            var account => MeEndpoints.Refuse(account),
        };

    // Who finds a browser signed in must not lock its owner out.
    private static async Task<Results<Ok<SecondFactorSeed>, ProblemHttpResult>> Begin(
        BeginSecondFactorRequest? request, ClaimsPrincipal user, Reauthentication reauthentication, Authenticators authenticators, CancellationToken ct)
    {
        var (account, refusal) = await reauthentication.AskAsync(
            user, request?.Password, code: null, ct, account => account.HasSecondFactor ? SecondFactorAnswers.IsOn() : null);
        if (account is null)
        {
            return refusal!;
        }

        return await authenticators.BeginAsync(account, ct) is { } seed
            ? TypedResults.Ok(new SecondFactorSeed(seed, AuthenticatorCodes.UriOf(seed, account.Email)))
            : SecondFactorAnswers.IsOn();
    }

    private static async Task<Results<Ok<RecoveryCodesResponse>, ProblemHttpResult>> Confirm(
        ConfirmSecondFactorRequest request,
        ClaimsPrincipal user,
        AccountStore accounts,
        SecondFactorChecks checks,
        Authenticators authenticators,
        TimeProvider clock,
        CancellationToken ct)
    {
        var account = await accounts.FindAsync(user.GetUserId(), ct);
        switch (account)
        {
            case not { Blocked: false }:
                return MeEndpoints.Refuse(account);
            case { } when !account.AdmitsToken(user):
                return Reauthentication.SessionEnded();
            case { HasSecondFactor: true }:
                return SecondFactorAnswers.IsOn();
            case { Authenticator: var waiting } when waiting is null || !waiting.CanBeConfirmed(clock.GetUtcNow()):
                return SecondFactorAnswers.NotBegun();
        }

        var (proof, refusal) = await checks.CheckAsync(account, request.Code, ct);
        if (refusal is not null)
        {
            return refusal;
        }

        return await authenticators.ConfirmAsync(account, proof!, ct) is { } codes
            ? TypedResults.Ok(new RecoveryCodesResponse(codes))
            : SecondFactorAnswers.IsOn();
    }

    private static async Task<Results<Ok<RecoveryCodesResponse>, ProblemHttpResult>> RenewRecoveryCodes(
        SecondFactorCodeRequest request, ClaimsPrincipal user, SecondFactorChecks checks, Authenticators authenticators, CancellationToken ct)
    {
        var (account, proof, refusal) = await checks.CheckOwnAsync(user, request.Code, ct);
        if (refusal is not null)
        {
            return refusal;
        }

        return await authenticators.RenewRecoveryCodesAsync(account!, proof!, ct) is { } codes
            ? TypedResults.Ok(new RecoveryCodesResponse(codes))
            : SecondFactorAnswers.Wrong();
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> SwitchOff(
        [FromBody] SecondFactorCodeRequest request, ClaimsPrincipal user, SecondFactorChecks checks, Authenticators authenticators, CancellationToken ct)
    {
        var (account, proof, refusal) = await checks.CheckOwnAsync(user, request.Code, ct);
        if (refusal is not null)
        {
            return refusal;
        }

        return await authenticators.SwitchOffAsync(account!, proof!, ct) ? TypedResults.NoContent() : SecondFactorAnswers.Wrong();
    }

    private static async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> Verify(
        VerifySecondFactorRequest request,
        bool? tokens,
        HttpResponse response,
        SecondFactorTickets tickets,
        AccountStore accounts,
        SecondFactorChecks checks,
        Authenticators authenticators,
        SessionAnswers answers,
        CancellationToken ct)
    {
        if (tickets.Read(request.Ticket) is not { } ticket
            || await accounts.FindAsync(ticket.AccountId, ct) is not { } account
            || !ticket.IsFor(account))
        {
            return SecondFactorAnswers.TicketInvalid();
        }

        if (account.Blocked)
        {
            return SessionAnswers.Blocked();
        }

        var (proof, refusal) = await checks.CheckAsync(account, request.Code, ct);
        if (refusal is not null)
        {
            return refusal;
        }

        return await authenticators.UseAsync(account, proof!, ticket.Id, ct)
            ? await answers.StartProvenAsync(response, account, "login success", tokens ?? false, ct)
            : SecondFactorAnswers.Wrong();
    }
}
