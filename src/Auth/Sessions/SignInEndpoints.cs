using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.Sessions;

internal static class SignInEndpoints
{
    public static void MapSignIn(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth").WithTags("Sessions").AllowAnonymous()
            .MapPost("/email-signin", SignIn).RequireRateLimiting(RateLimits.SignIn).RefusesWhenBusy()
            .FailsWith(401, "invalid_credentials", "second_factor_required").FailsWith(403, "email_unverified", "account_blocked");

    private static async Task<Results<Ok<SessionResponse>, Ok<TokensResponse>, ProblemHttpResult>> SignIn(
        SignInRequest request,
        bool? tokens,
        HttpResponse response,
        AccountStore accounts,
        Passwords.Passwords passwords,
        SessionAnswers answers,
        CancellationToken ct)
    {
        var account = await accounts.FindByEmailAsync(InputRules.Email(request.Email), ct);
        var checkedPassword = await passwords.VerifyAsync(account?.PasswordHash, request.Password, ct);
        if (account is null || checkedPassword == PasswordVerificationResult.Failed)
        {
            return Problems.Unauthorized("invalid_credentials", "The e-mail address or the password is wrong.");
        }

        if (!account.Verified)
        {
            return Problems.Forbidden("email_unverified", "This e-mail address is not verified yet. Please enter the code we mailed you, or ask for a new one.");
        }

        if (checkedPassword == PasswordVerificationResult.SuccessRehashNeeded)
        {
            await accounts.RehashAsync(account, await passwords.HashAsync(request.Password, ct), ct);
        }

        return await answers.StartAsync(response, account, "login success", tokens ?? false, ct);
    }
}
