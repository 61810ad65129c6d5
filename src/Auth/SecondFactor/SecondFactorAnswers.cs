using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Auth.SecondFactor;

/// <summary>What is said to who cannot go on.</summary>
internal static class SecondFactorAnswers
{
    /// <summary>401 with the ticket that the code is to be sent with.</summary>
    public static ProblemHttpResult Required(string ticket) => TypedResults.Problem(
        detail: "Please enter the code of your authenticator app.",
        statusCode: StatusCodes.Status401Unauthorized,
        extensions: new Dictionary<string, object?>
        {
            ["code"] = "second_factor_required",
            ["ticket"] = ticket,
            ["expiresIn"] = (int)SecondFactorTickets.Life.TotalSeconds,
        });

    /// <summary>403 for who is signed in and wants what takes more than that.</summary>
    public static ProblemHttpResult CodeMissing() =>
        Problems.Forbidden("second_factor_required", "Please enter the code of your authenticator app, too.");

    public static ProblemHttpResult TicketInvalid() =>
        Problems.Unauthorized("ticket_invalid", "This took too long. Please sign in again.");

    public static ProblemHttpResult Wrong() =>
        Problems.BadRequest("second_factor_wrong", "This code is wrong or was used already.");

    public static ProblemHttpResult NoTriesLeft(HttpResponse response, Account account, DateTimeOffset now)
    {
        var wait = account.Authenticator!.NextRoundAt - now;
        response.Headers.RetryAfter = Math.Clamp(Math.Ceiling(wait.TotalSeconds), 1, TimeSpan.FromDays(1).TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problems.TooMany("second_factor_throttled", "Too many wrong codes. Please wait a while, or use a recovery code.");
    }

    public static ProblemHttpResult IsOn() => Problems.Conflict("second_factor_on", "The second factor is on already.");

    public static ProblemHttpResult IsOff() => Problems.Conflict("second_factor_off", "The second factor is not on.");

    public static ProblemHttpResult NotBegun() => Problems.Conflict("second_factor_not_begun", "Please ask for a new secret first.");
}
