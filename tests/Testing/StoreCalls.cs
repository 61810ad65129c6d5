using System.Diagnostics;
using MongoDB.Driver;

namespace Visuels.Testing;

/// <summary>Counts what one HTTP request asks of the store, by the trace that the driver's own spans belong to.</summary>
public static class StoreCalls
{
    /// <summary>Sends a request, which must succeed, and counts the commands that the store was sent for it.</summary>
    public static Task<int> CountAsync(Func<Task<HttpResponseMessage>> send) => CountAsync(send, response => response.EnsureSuccessStatusCode());

    /// <summary>The same for a request whose answer may be a refusal.</summary>
    public static async Task<int> CountAsync(Func<Task<HttpResponseMessage>> send, Action<HttpResponseMessage> look)
    {
        using var root = new Activity("store-calls").SetIdFormat(ActivityIdFormat.W3C).Start();
        var calls = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is MongoTelemetry.ActivitySourceName or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == root.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                // A command's span lies within its operation's.
                if (activity.TraceId == root.TraceId && activity is { Source.Name: MongoTelemetry.ActivitySourceName, Parent.Source.Name: MongoTelemetry.ActivitySourceName })
                {
                    Interlocked.Increment(ref calls);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        using var response = await send();
        look(response);
        return calls;
    }
}
