using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Passwords;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.SignUp;

internal static class SignUpEndpoints
{
    public static void MapSignUp(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth").WithTags("Sign-up").AllowAnonymous()
            .MapPost("/email-signup", SignUp).WithSummary("Signs up and mails a code to prove the address")
            .RequireRateLimiting(RateLimits.SignUp).RefusesWhenBusy()
            .FailsWith(400, "password_common").FailsWith(409, "username_taken");

    // The same answer whether or not the address has an account: its owner learns by mail, a stranger nothing.
    private static async Task<Results<Created<SignUpResponse>, ProblemHttpResult>> SignUp(
        SignUpRequest request,
        HttpContext http,
        SignUps signUps,
        Requesters requesters,
        PasswordPolicy policy,
        IOptions<AuthOptions> options,
        TimeProvider clock,
        CancellationToken ct)
    {
        var username = request.Username.Trim();
        var now = clock.GetUtcNow();
        var details = new Account
        {
            Id = ObjectId.GenerateNewId(),
            Email = InputRules.Email(request.Email),
            Username = username,
            UsernameKey = Account.KeyOf(username),
            Name = request.Name.Trim(),
            Role = request.Role,
            JoinDate = now,
            UnprovenUntil = now.AddDays(options.Value.UnprovenDays),
        };

        if (policy.RefusalOf(request.Password, details.Email, details.Username) is { } refusal)
        {
            return refusal;
        }

        if (await signUps.SignUpAsync(details, request.Password, requesters.Of(http.Request, request.Flow), ct) is not { } flow)
        {
            return Problems.Conflict("username_taken", "This user name is taken. Please choose another.");
        }

        requesters.Remember(http.Response, flow);
        return TypedResults.Created(
            (string?)null,
            new SignUpResponse(true, "otp sent", new SignedUpUser(details.Email, details.Username, details.Name, details.Role), flow));
    }
}
