using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Sessions;
using Visuels.Auth.Throttling;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Passwords;

internal static class PasswordEndpoints
{
    public static void MapPasswords(this IEndpointRouteBuilder app)
    {
        var password = app.MapGroup("/api/v1/auth/password").WithTags("Password").RequireAuthorization();
        password.MapPost("/forgot", Forgot).WithSummary("Mails a code to set a new password with")
            .AllowAnonymous().RequireRateLimiting(RateLimits.Resend);
        password.MapPost("/reset", Reset).WithSummary("Sets a new password with a mailed code and ends all sessions")
            .AllowAnonymous().RequireRateLimiting(RateLimits.Codes).RefusesWhenBusy()
            .FailsWith(400, "password_common", "otp_wrong", "otp_expired").FailsWith(429, "otp_attempts_exceeded");
        password.MapPut("", Change).WithSummary("Changes the password and ends all other sessions")
            .AsksForOwner().FailsWith(400, "password_common").FailsWith(409, "no_password", "account_changed");
    }

    // One answer for every address, known or not, and whether or not a mail goes out.
    private static async Task<Accepted<ForgotResponse>> Forgot(ForgotRequest request, HttpContext http, CodeRequests requests, CancellationToken ct)
    {
        var flow = await requests.AskAsync(CodePurposes.ResetPassword, InputRules.Email(request.Email), request.Flow, http, MayReset, ct);
        return TypedResults.Accepted((string?)null, new ForgotResponse(true, "otp sent", flow));
    }

    private static async Task<Results<Ok<ResetResponse>, ProblemHttpResult>> Reset(
        ResetRequest request,
        HttpContext http,
        OneTimeCodes codes,
        Requesters requesters,
        AccountStore accounts,
        PasswordPolicy policy,
        Passwords passwords,
        PasswordStore store,
        SessionStore sessions,
        Throttle throttle,
        KnownDevices devices,
        CancellationToken ct)
    {
        var email = InputRules.Email(request.Email);
        if (policy.RefusalOf(request.Password, email) is { } refusal)
        {
            return refusal;
        }

        var entered = await codes.CheckAsync(CodePurposes.ResetPassword, email, request.Otp, requesters.Of(http.Request, request.Flow), ct);
        var account = entered.Verdict == CodeVerdict.Right ? await accounts.FindByEmailAsync(email, ct) : null;
        if (account is null || !MayReset(account))
        {
            return CodeEndpoints.RefusalOf(entered.Verdict, http.Response);
        }

        // Not before the code is right: this would tell the user name of the address.
        if (policy.RefusalOf(request.Password, email, account.Username) is { } refusalOfOwner)
        {
            return refusalOfOwner;
        }

        var hash = await passwords.HashAsync(request.Password, ct);
        if (!await codes.TryUseAsync(entered, ct))
        {
            return CodeEndpoints.RefusalOf(CodeVerdict.Expired, http.Response);
        }

        // The code is gone, so a caller who leaves now must not keep the password from following.
        while (!await store.TrySetAsync(account, hash, kept: null, CancellationToken.None))
        {
            account = await accounts.FindByEmailAsync(email, CancellationToken.None);
            if (account is null || !MayReset(account))
            {
                return CodeEndpoints.RefusalOf(CodeVerdict.Expired, http.Response);
            }
        }

        await sessions.ClearAsync(account.Id, CancellationToken.None);
        // Whoever was shut out by a stranger's guesses gets in again, and from this device stays in.
        await throttle.ReleaseAsync(throttle.SignInKey(email, null), CancellationToken.None);
        requesters.Forget(http);
        devices.Remember(http, email);
        return TypedResults.Ok(new ResetResponse(true, "password changed"));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> Change(
        ChangePasswordRequest request,
        ClaimsPrincipal user,
        Reauthentication reauthentication,
        PasswordPolicy policy,
        Passwords passwords,
        PasswordStore store,
        SessionStore sessions,
        CancellationToken ct)
    {
        var (account, refusal) = await reauthentication.AskAsync(user, request.Current, request.Code, ct, account => account.PasswordHash is null
            ? Problems.Conflict("no_password", "This account has no password yet. Please set one by mail.")
            : policy.RefusalOf(request.Next, account.Email, account.Username));
        if (account is null)
        {
            return refusal!;
        }

        var kept = user.FindSessionId() ?? ObjectId.Empty;
        if (!await store.TrySetAsync(account, await passwords.HashAsync(request.Next, ct), kept, ct))
        {
            return Problems.Conflict("account_changed", "Your account was changed in this moment. Please try again.");
        }

        await sessions.ClearAsync(account.Id, CancellationToken.None, kept);
        return TypedResults.NoContent();
    }

    private static bool MayReset(Account account) => account is { Verified: true, Blocked: false };
}
