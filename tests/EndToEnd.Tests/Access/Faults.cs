using Microsoft.AspNetCore.Builder;

namespace Visuels.EndToEnd.Tests.Access;

/// <summary>A fault where every handler would begin, on demand: behind all that a service does before, with an inside that must not show.</summary>
internal static class Faults
{
    public const string Inside = "10.9.8.7;Password=of-the-store";

    private const string Header = "x-fault";

    public static void Use(WebApplication app, string service) => app.Use((context, next) =>
        context.Request.Headers[Header] == service
            ? throw new InvalidOperationException($"db.accounts.find({{}}) at mongodb://{Inside}")
            : next(context));

    public static void Ask(HttpRequestMessage request, string service) => request.Headers.Add(Header, service);
}
