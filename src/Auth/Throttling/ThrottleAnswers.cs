using System.Globalization;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Auth.Throttling;

internal static class ThrottleAnswers
{
    /// <summary>429 with the time to wait.</summary>
    public static ProblemHttpResult TooSoon(this HttpResponse response, TimeSpan wait)
    {
        response.Headers.RetryAfter = Math.Ceiling(wait.TotalSeconds).ToString(CultureInfo.InvariantCulture);
        return Problems.TooMany("rate_limited", "Too many wrong passwords. Please wait a moment, or set a new one by mail.");
    }
}
