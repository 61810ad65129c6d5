using System.Diagnostics;

namespace Visuels.Chat.Tests;

/// <summary>Counts what one HTTP request asks of the store, by the trace that the driver's own activities belong to.</summary>
internal static class StoreCalls
{
    public static async Task<int> CountAsync(Person person, string path)
    {
        var trace = ActivityTraceId.CreateRandom();
        var calls = 0;
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "MongoDB.Driver" or "Microsoft.AspNetCore",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == trace && activity.Source.Name == "MongoDB.Driver")
                {
                    Interlocked.Increment(ref calls);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);

        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Add("traceparent", $"00-{trace}-{ActivitySpanId.CreateRandom()}-01");
        using var response = await person.Http.SendAsync(request, TestContext.Current.CancellationToken);
        response.EnsureSuccessStatusCode();
        return calls;
    }
}
