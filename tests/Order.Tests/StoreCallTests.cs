using System.Diagnostics;
using System.Net;
using MongoDB.Driver;

namespace Visuels.Orders.Tests;

/// <summary>What a request costs the store: as much for fifty lines as for one.</summary>
public sealed class StoreCallTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Store_calls_do_not_grow_with_the_cart()
    {
        var (small, large) = (app.Buyer(), app.Buyer());
        await FillAsync(small, 2);
        await FillAsync(large, 30);

        Assert.Equal(3, await CallsAsync(() => small.GetAsync("cart")));
        Assert.Equal(3, await CallsAsync(() => large.GetAsync("cart")));
        var (one, many) = (await CallsAsync(small.OrderCartAsync), await CallsAsync(large.OrderCartAsync));
        Assert.Equal(7, one);
        Assert.Equal(one, many);
    }

    [Fact]
    public async Task Store_calls_do_not_grow_with_the_list()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await buyer.OrderAsync(app.List(artist));
        var one = await CallsAsync(() => artist.GetAsync("artist"));
        for (var i = 0; i < 15; i++)
        {
            await app.Buyer().OrderAsync(app.List(artist));
        }

        Assert.Equal(3, one);
        Assert.Equal(3, await CallsAsync(() => artist.GetAsync("artist")));
        Assert.Equal(3, await CallsAsync(() => buyer.GetAsync("user")));
    }

    [Fact]
    public async Task Buying_and_answering_cost_a_handful_of_store_calls()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await buyer.OrderAsync(app.List(artist));
        var artwork = app.List(artist);
        await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(5, await CallsAsync(() => buyer.BuyAsync(artwork)));
        var id = (await (await buyer.BuyAsync(artwork)).JsonAsync(HttpStatusCode.OK))["order"]!.Text("_id");

        Assert.Equal(2, await CallsAsync(() => artist.AnswerAsync(id, "VIEWED")));
        Assert.Equal(3, await CallsAsync(() => artist.AnswerAsync(id, "ACCEPTED")));
        Assert.Equal(2, await CallsAsync(() => artist.CancelAsync(id)));
        Assert.Equal(2, await CallsAsync(() => artist.GetAsync(id)));
    }

    // All cards are known afterwards, so that what is counted is the steady state.
    private async Task FillAsync(Person buyer, int lines)
    {
        var artist = app.Artist();
        await buyer.OrderAsync(app.List(artist));
        foreach (var artwork in Enumerable.Range(0, lines).Select(_ => app.List(artist)))
        {
            await (await buyer.PutInCartAsync(artwork)).JsonAsync(HttpStatusCode.OK);
        }
    }

    // The driver's spans belong to the request's trace; everything else that runs at the same time has another.
    private static async Task<int> CallsAsync(Func<Task<HttpResponseMessage>> request)
    {
        using var root = new Activity("test").SetIdFormat(ActivityIdFormat.W3C).Start();
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

        using var response = await request();
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
        return calls;
    }
}
