using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Limits;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.SignUp;

internal static class SignUpEndpoints
{
    public static void MapSignUp(this IEndpointRouteBuilder app) =>
        app.MapGroup("/api/v1/auth").WithTags("Sign-up").AllowAnonymous()
            .MapPost("/email-signup", SignUp).RequireRateLimiting(RateLimits.SignUp).RefusesWhenBusy()
            .FailsWith(400, "password_common").FailsWith(409, "username_taken");

    // The same answer whether or not the address has an account: its owner learns by mail, a stranger nothing.
    private static async Task<Results<Created<SignUpResponse>, ProblemHttpResult>> SignUp(
        SignUpRequest request, SignUps signUps, IOptions<AuthOptions> options, TimeProvider clock, CancellationToken ct)
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

        if (PasswordRules.IsCommon(request.Password, details.Username, details.Email))
        {
            return Problems.BadRequest("password_common", "This password is among the first that anybody would try. Please choose another.");
        }

        return await signUps.SignUpAsync(details, request.Password, ct)
            ? TypedResults.Created(
                (string?)null,
                new SignUpResponse(true, "otp sent", new SignedUpUser(details.Email, details.Username, details.Name, details.Role)))
            : Problems.Conflict("username_taken", "This user name is taken. Please choose another.");
    }
}
