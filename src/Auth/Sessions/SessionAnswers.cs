using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.Auth.SecondFactor;
using Visuels.Auth.Throttling;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

/// <summary>Hands a session to its client: as cookies, or in the body when asked to.</summary>
internal sealed class SessionAnswers(
    SessionStore sessions, SecondFactorTickets tickets, TokenSigner signer, SessionCookies cookies, KnownDevices devices, TimeProvider clock)
{
    public static ProblemHttpResult Blocked() => Problems.Forbidden("account_blocked", "This account is blocked. Please write to us.");

    /// <summary>Begins a session of an account that may have one, or asks for its second factor.</summary>
    public async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> StartAsync(
        HttpResponse response, Account account, string message, bool asTokens, CancellationToken ct)
    {
        if (account.Blocked)
        {
            return Blocked();
        }

        return account.HasSecondFactor
            ? SecondFactorAnswers.Required(tickets.For(account))
            : await StartProvenAsync(response, account, message, asTokens, ct);
    }

    /// <summary>Begins a session of somebody who has shown all that the account asks for.</summary>
    public async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> StartProvenAsync(
        HttpResponse response, Account account, string message, bool asTokens, CancellationToken ct)
    {
        var (session, token) = await sessions.StartAsync(account, Device(response), ct);
        if (!asTokens)
        {
            devices.Remember(response.HttpContext, account.Email);
        }

        return Give(response, account, session, token, message, asTokens);
    }

    /// <summary>Begins a session whose cookies go with an answer of another kind, a redirect for example.</summary>
    /// <returns>Null, or the ticket to show the second factor with; then no session has begun.</returns>
    public async Task<string?> StartWithCookiesAsync(HttpResponse response, Account account, CancellationToken ct)
    {
        if (account.HasSecondFactor)
        {
            return tickets.For(account);
        }

        var (session, token) = await sessions.StartAsync(account, Device(response), ct);
        devices.Remember(response.HttpContext, account.Email);
        SetCookies(response, account, session, token);
        return null;
    }

    public Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult> Give(
        HttpResponse response, Account account, Session session, RefreshToken token, string message, bool asTokens)
    {
        var user = AccountResponse.From(account);
        if (asTokens)
        {
            return TypedResults.Ok(new TokensResponse(
                signer.Sign(account, session.Id), token.Text, (int)TokenRules.AccessTokenLife.TotalSeconds, "Bearer", user));
        }

        SetCookies(response, account, session, token);
        return TypedResults.Ok(new SessionResponse(true, message, user));
    }

    private void SetCookies(HttpResponse response, Account account, Session session, RefreshToken token) =>
        cookies.Set(response, signer.Sign(account, session.Id), token.Text, session.Left(clock.GetUtcNow()));

    private static string Device(HttpResponse response) => DeviceNames.Of(response.HttpContext.Request.Headers.UserAgent);
}
