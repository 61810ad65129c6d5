using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Visuels.ServiceDefaults.Http;

/// <summary>HEAD answers like GET, without a body: RFC 9110 asks for it, link checkers and caches use it.</summary>
internal static class HeadRequests
{
    private static readonly object Mark = new();

    /// <summary>
    /// Routing, to which HEAD is a GET, so that the same route with its rights and limits takes it. All behind it sees the method as it came;
    /// the server drops the body.
    /// </summary>
    public static void UseRoutingAlsoOfHead(this WebApplication app)
    {
        app.Use((context, next) =>
        {
            if (HttpMethods.IsHead(context.Request.Method))
            {
                context.Items[Mark] = Mark;
                context.Request.Method = HttpMethods.Get;
            }

            return next(context);
        });
        app.UseRouting();
        app.Use((context, next) =>
        {
            if (context.Items.Remove(Mark))
            {
                context.Request.Method = HttpMethods.Head;
            }

            return next(context);
        });
    }
}
