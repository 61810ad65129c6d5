using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Gateway.Proxy;

/// <summary>Gives each service its share of the requests that are under way, and no more.</summary>
internal sealed class ServiceShares
{
    private readonly ConcurrentDictionary<string, StrongBox<int>> _running = new();

    public async Task PassAsync(HttpContext context, Func<Task> next)
    {
        var cluster = context.GetReverseProxyFeature().Cluster.Config;
        if (cluster.HttpClient?.MaxConnectionsPerServer is not { } most)
        {
            await next();
            return;
        }

        var running = _running.GetOrAdd(cluster.ClusterId, _ => new StrongBox<int>());
        try
        {
            if (Interlocked.Increment(ref running.Value) <= most)
            {
                await next();
            }
            else
            {
                await Problems.Unavailable("overloaded", "Too much is going on right now; please try again in a moment.").ExecuteAsync(context);
            }
        }
        finally
        {
            Interlocked.Decrement(ref running.Value);
        }
    }
}
