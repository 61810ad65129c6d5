using System.Diagnostics;
using MongoDB.Driver;

namespace Visuels.Testing;

/// <summary>Watches what a piece of work asks of the store, by the trace that the driver's own spans belong to.</summary>
public static class StoreCalls
{
    /// <summary>Sends a request, which must succeed, and counts the commands that the store was sent for it.</summary>
    public static Task<int> CountAsync(Func<Task<HttpResponseMessage>> send) => CountAsync(send, response => response.EnsureSuccessStatusCode());

    /// <summary>The same for a request whose answer may be a refusal.</summary>
    public static async Task<int> CountAsync(Func<Task<HttpResponseMessage>> send, Action<HttpResponseMessage> look)
    {
        using var root = NewTrace();
        var calls = 0;
        using var listener = Listen(root, () => Interlocked.Increment(ref calls));

        using var response = await send();
        look(response);
        return calls;
    }

    /// <summary>Ends some work as the death of its process would, after so many commands have done what they do.</summary>
    /// <returns>False when it ended by itself before.</returns>
    public static async Task<bool> EndAfterAsync(int calls, Func<CancellationToken, Task> work)
    {
        using var end = new CancellationTokenSource();
        using var root = NewTrace();
        using var listener = Listen(root, () =>
        {
            if (Interlocked.Decrement(ref calls) == 0)
            {
                end.Cancel();
            }
        });

        try
        {
            await work(end.Token);
            return false;
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            return true;
        }
    }

    private static Activity NewTrace() => new Activity("store-calls").SetIdFormat(ActivityIdFormat.W3C).Start();

    private static ActivityListener Listen(Activity root, Action called)
    {
        var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is MongoTelemetry.ActivitySourceName or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> options) =>
                options.TraceId == root.TraceId ? ActivitySamplingResult.AllData : ActivitySamplingResult.None,
            ActivityStopped = activity =>
            {
                // A command's span lies within its operation's.
                if (activity.TraceId == root.TraceId && activity is { Source.Name: MongoTelemetry.ActivitySourceName, Parent.Source.Name: MongoTelemetry.ActivitySourceName })
                {
                    called();
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        return listener;
    }
}
