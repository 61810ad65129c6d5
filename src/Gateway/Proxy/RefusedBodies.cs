using Yarp.ReverseProxy.Forwarder;

namespace Visuels.Gateway.Proxy;

/// <summary>
/// A service that ends a connection while a body is still on its way has mostly answered already: too large, too slow, not signed in. Its
/// health does not suffer from that, or anybody who sends such bodies could have it taken for dead and shut everybody out.
/// </summary>
internal static class RefusedBodies
{
    public static async Task BlameNobodyAsync(HttpContext context, Func<Task> next)
    {
        await next();
        if (context.GetForwarderErrorFeature() is { Error: ForwarderError.RequestBodyDestination } failure)
        {
            context.Features.Set<IForwarderErrorFeature>(new Failure(ForwarderError.RequestBodyClient, failure.Exception));
        }
    }

    private sealed record Failure(ForwarderError Error, Exception? Exception) : IForwarderErrorFeature;
}
