using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Forwarder;

namespace Visuels.Gateway.Proxy;

/// <summary>
/// One more try for a request that no byte of an answer came to, where repeating it changes nothing: a connection may end at the very
/// moment it is used again. What has a body is not kept, and cannot be sent twice.
/// </summary>
internal static class SecondTry
{
    public static async Task MakeAsync(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.GetForwarderErrorFeature() is { Error: ForwarderError.Request }
            && !context.Response.HasStarted
            && !context.RequestAborted.IsCancellationRequested
            && IsRepeatable(context))
        {
            context.Features.Set<IForwarderErrorFeature>(null);
            context.Response.StatusCode = StatusCodes.Status200OK;
            await next();
        }
    }

    private static bool IsRepeatable(HttpContext context) =>
        (HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method)
            || HttpMethods.IsPut(context.Request.Method) || HttpMethods.IsDelete(context.Request.Method))
        && context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != true
        && context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest != true;
}
