using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Passwords;
using Visuels.Auth.SignUp;
using Visuels.Auth.Throttling;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Sessions;

internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth").WithTags("Sessions").AllowAnonymous()
            .MapPost("/email-signin", SignIn).WithSummary("Signs in by password").RequireRateLimiting(RateLimits.SignIn).RefusesWhenBusy()
            .FailsWith(401, "invalid_credentials", "second_factor_required").FailsWith(403, "email_unverified", "account_blocked");

    private static async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> SignIn(
        SignInRequest request,
        bool? tokens,
        HttpContext http,
        AccountStore accounts,
        Passwords.Passwords passwords,
        Throttle throttle,
        KnownDevices devices,
        SessionAnswers answers,
        SignUps signUps,
        Requesters requesters,
        SecurityLog security,
        KeyRing ring,
        CancellationToken ct)
    {
        var email = InputRules.Email(request.Email);
        // What was entered with an address counts from its proof on.
        var account = await accounts.FindByEmailAsync(email, ct) is { Verified: true } proven ? proven : null;
        var tries = throttle.SignInKey(email, devices.Find(http.Request, email));
        using (var turn = await passwords.TakeTurnAsync(ct))
        {
            if (await throttle.ReserveAsync(tries, ct) is { } wait)
            {
                security.Note(SecurityEvent.Throttled, WhoIs(account, email, ring), "password");
                return http.Response.TooSoon(wait);
            }

            var result = await turn.VerifyAsync(account?.PasswordHash, request.Password, ct);
            if (account is null || result == PasswordVerificationResult.Failed)
            {
                security.Note(SecurityEvent.SignInFailed, WhoIs(account, email, ring), "password");
                return await signUps.HasEnteredAsync(email, request.Password, requesters.Of(http.Request, named: null), turn, ct)
                    ? Problems.Forbidden("email_unverified", "This e-mail address is not verified yet. Please enter the code we mailed you, or ask for a new one.")
                    : Problems.Unauthorized("invalid_credentials", "The e-mail address or the password is wrong.");
            }

            await throttle.ReleaseAsync(tries, ct);
            if (result == PasswordVerificationResult.SuccessRehashNeeded)
            {
                await accounts.RehashAsync(account, await turn.HashAsync(request.Password, ct), ct);
            }
        }

        return await answers.StartAsync(http.Response, account, "login success", tokens ?? false, ct);
    }

    private static string WhoIs(Account? account, string email, KeyRing ring) => account?.Id.ToString() ?? SecurityLog.TagOf(email, ring);
}
