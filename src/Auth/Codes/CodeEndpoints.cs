using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.Codes;

internal static class CodeEndpoints
{
    public static void MapCodes(this IEndpointRouteBuilder app)
    {
        var codes = app.MapGroup("/api/v1/auth").WithTags("Sign-up").AllowAnonymous();
        codes.MapPost("/email-verify", Verify).RequireRateLimiting(RateLimits.Codes)
            .FailsWith(400, "otp_wrong", "otp_expired").FailsWith(403, "account_blocked").FailsWith(429, "otp_attempts_exceeded");
        codes.MapPost("/email-resend-otp", Resend).RequireRateLimiting(RateLimits.Resend);
    }

    private static async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> Verify(
        VerifyRequest request,
        bool? tokens,
        HttpResponse response,
        OneTimeCodes codes,
        AccountStore accounts,
        SessionAnswers answers,
        CancellationToken ct)
    {
        var (verdict, code) = await codes.CheckAsync(CodePurposes.VerifyEmail, InputRules.Email(request.Email), request.Otp, ct);
        if (verdict == CodeVerdict.Right && await accounts.TryProveAsync(code!.UserId, code.SignUp, ct) is { } account)
        {
            await codes.ForgetAttemptsAsync(code, ct);
            return await answers.StartAsync(response, account, "user verified", tokens ?? false, ct);
        }

        return verdict switch
        {
            // A right code that was used, or that a newer sign-up has overtaken, is as good as an old one.
            CodeVerdict.Right or CodeVerdict.Expired => Expired(),
            CodeVerdict.NoTriesLeft => Problems.TooMany("otp_attempts_exceeded", "Too many wrong codes. Please ask for a new one."),
            _ => Problems.BadRequest("otp_wrong", "This code is wrong."),
        };
    }

    // One answer for every address, known or not, and whether or not a mail goes out.
    private static async Task<Accepted<ResendResponse>> Resend(
        ResendRequest request, OneTimeCodes codes, AccountStore accounts, CancellationToken ct)
    {
        var email = InputRules.Email(request.Email);
        var account = await accounts.FindByEmailAsync(email, ct);
        var code = await codes.GetAsync(CodePurposes.VerifyEmail, email, ct);
        if (!codes.IsInGap(code) && !codes.IsUsedUp(code))
        {
            // When another request is faster, a code is on its way already.
            _ = account is { Verified: false, Blocked: false }
                ? await codes.TrySendAsync(code, account, account.SignUp, code.PasswordHash, ct) is not null
                : await codes.TryPretendAsync(code, code.PasswordHash, ct);
        }

        return TypedResults.Accepted((string?)null, new ResendResponse(true, "otp sent"));
    }

    private static ProblemHttpResult Expired() =>
        Problems.BadRequest("otp_expired", "This code has expired or was used already. Please ask for a new one.");
}
