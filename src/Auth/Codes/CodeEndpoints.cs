using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Codes;

internal static class CodeEndpoints
{
    public static void MapCodes(this IEndpointRouteBuilder app)
    {
        var codes = app.MapGroup("/api/v1/auth").WithTags("Sign-up").AllowAnonymous();
        codes.MapPost("/email-verify", Verify).WithSummary("Proves an address by its code and begins a session").RequireRateLimiting(RateLimits.Codes)
            .FailsWith(400, "otp_wrong", "otp_expired").FailsWith(403, "account_blocked").FailsWith(429, "otp_attempts_exceeded");
        codes.MapPost("/email-resend-otp", Resend).WithSummary("Mails another code").RequireRateLimiting(RateLimits.Resend);
    }

    /// <summary>Why a code does not help.</summary>
    public static ProblemHttpResult RefusalOf(CodeVerdict verdict, HttpResponse response)
    {
        switch (verdict)
        {
            case CodeVerdict.NoTriesLeft:
                response.Headers.RetryAfter = Code.Gap.TotalSeconds.ToString(CultureInfo.InvariantCulture);
                return Problems.TooMany("otp_attempts_exceeded", "Too many wrong codes. Please ask for a new one.");

            case CodeVerdict.Wrong:
                return Problems.BadRequest("otp_wrong", "This code is wrong. Please enter the newest one, where you asked for it.");

            default:
                // A right code that was used is as good as an old one.
                return Problems.BadRequest("otp_expired", "This code has expired or was used already. Please ask for a new one.");
        }
    }

    private static async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> Verify(
        VerifyRequest request,
        bool? tokens,
        HttpContext http,
        OneTimeCodes codes,
        Requesters requesters,
        AccountStore accounts,
        SessionAnswers answers,
        SecurityLog security,
        CancellationToken ct)
    {
        var email = InputRules.Email(request.Email);
        var entered = await codes.CheckAsync(CodePurposes.VerifyEmail, email, request.Otp, requesters.Of(http.Request, request.Flow), ct);
        if (entered.Verdict != CodeVerdict.Right
            || !await codes.TryUseAsync(entered, ct)
            // The code is gone, so a caller who leaves now must not keep the proof from following.
            || await accounts.TryProveAsync(email, entered.Flow!.Details, CancellationToken.None) is not { } account)
        {
            return RefusalOf(entered.Verdict, http.Response);
        }

        security.Note(SecurityEvent.AddressProven, account.Id.ToString(), "code");
        requesters.Forget(http);
        return await answers.StartAsync(http.Response, account, "user verified", tokens ?? false, ct);
    }

    // One answer for every address, known or not, and whether or not a mail goes out.
    private static async Task<Accepted<ResendResponse>> Resend(ResendRequest request, HttpContext http, CodeRequests requests, CancellationToken ct)
    {
        await requests.AskAsync(
            CodePurposes.VerifyEmail, InputRules.Email(request.Email), request.Flow, http, account => account is { Verified: false, Blocked: false }, ct);
        return TypedResults.Accepted((string?)null, new ResendResponse(true, "otp sent"));
    }
}
