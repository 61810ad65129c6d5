using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>In front of every request: no more at a time than the process can bear, and a way out when it stops.</summary>
internal sealed class RequestGate(Leaving leaving, IOptions<RequestOptions> options)
{
    private int _running;

    public static void Use(WebApplication app)
    {
        var gate = app.Services.GetRequiredService<RequestGate>();
        app.Use(gate.PassAsync);
    }

    private async Task PassAsync(HttpContext context, RequestDelegate next)
    {
        var path = context.Request.Path;
        var isHub = path.StartsWithSegments(Authentication.HubPath, StringComparison.OrdinalIgnoreCase);
        if (leaving.HasBegun)
        {
            if (isHub)
            {
                // A client that has just been sent away comes back at once; its new connection would hold up the stop.
                await Problems.Unavailable("stopping", "This server is about to stop; please connect again.").ExecuteAsync(context);
                return;
            }

            if (HttpProtocol.IsHttp11(context.Request.Protocol))
            {
                context.Response.Headers.Connection = "close";
            }
        }

        using var cut = leaving.Over.Register(context.Abort);
        if (isHub || path.StartsWithSegments("/health", StringComparison.OrdinalIgnoreCase))
        {
            await next(context);
            return;
        }

        try
        {
            if (Interlocked.Increment(ref _running) > options.Value.Concurrent)
            {
                await Problems.Unavailable("overloaded", "Too much is going on right now; please try again in a moment.").ExecuteAsync(context);
                return;
            }

            if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == true)
            {
                context.Request.Body = new PatientBody(context.Request.Body, context, leaving);
            }

            await next(context);
        }
        finally
        {
            Interlocked.Decrement(ref _running);
        }
    }
}
