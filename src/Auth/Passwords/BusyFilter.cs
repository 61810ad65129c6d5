using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.Passwords;

internal static class BusyFilter
{
    /// <summary>Answers 503 when the queue of passwords to hash is full.</summary>
    public static RouteHandlerBuilder RefusesWhenBusy(this RouteHandlerBuilder route) => route.AddEndpointFilter(async (context, next) =>
    {
        try
        {
            return await next(context);
        }
        catch (TooManyPasswordsException)
        {
            return Problems.Unavailable("busy", "Many people sign in right now. Please try again in a moment.");
        }
    }).FailsWith(503, "busy");
}
