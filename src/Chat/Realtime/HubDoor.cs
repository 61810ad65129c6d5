using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Chat.Realtime;

/// <summary>
/// Who may connect, decided before anything is upgraded. A WebSocket upgrade is a GET that a foreign page can make with our cookies and then
/// read, so a cookie is accepted from our own pages only. A bearer token no page can borrow.
/// </summary>
internal static class HubDoor
{
    public static void UseHubDoor(this WebApplication app)
    {
        var connections = app.Services.GetRequiredService<HubConnections>();
        app.UseWhen(
            context => context.Request.Path.StartsWithSegments(Authentication.HubPath, StringComparison.OrdinalIgnoreCase),
            hub => hub.Use((context, next) =>
            {
                if (IsByCookie(context.Request) && !CrossSiteDefence.IsFromUs(context))
                {
                    return CrossSiteDefence.RefuseAsync(context);
                }

                return OpensConnection(context.Request) && context.User.FindUserId() is { } user && connections.IsFull(user)
                    ? Problems.TooMany(HubErrors.TooManyConnections, HubErrors.TooManyConnectionsMessage).ExecuteAsync(context)
                    : next(context);
            }));
    }

    private static bool IsByCookie(HttpRequest request) =>
        request.Headers.Authorization.Count == 0 && request.Query["access_token"] is not [{ Length: > 0 }];

    // A negotiated connection comes back with its id, and every later request of an SSE or long polling client too.
    private static bool OpensConnection(HttpRequest request) =>
        request.Path.Value!.EndsWith("/negotiate", StringComparison.OrdinalIgnoreCase) || !request.Query.ContainsKey("id");
}
