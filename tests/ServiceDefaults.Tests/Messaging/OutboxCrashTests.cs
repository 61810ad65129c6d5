using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;

namespace Visuels.ServiceDefaults.Tests.Messaging;

/// <summary>Wherever a process dies between a change and its effect elsewhere: the effect comes once, in order, and nothing is left.</summary>
public sealed class OutboxCrashTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("no crash")]
    [InlineData("after the write")]
    [InlineData("after the lease")]
    [InlineData("after the first publish")]
    [InlineData("after all publishes")]
    [InlineData("after the consumers")]
    [InlineData("before a consumer's effect")]
    [InlineData("after a consumer's effect")]
    public async Task Every_change_takes_effect_once_and_in_order_though_a_process_dies(string where)
    {
        await using var app = await OutboxApp.CreateAsync();
        await app.AddAsync();
        await app.ChangeAsync(2);
        await app.ChangeAsync(3);

        await DieAsync(app, where);
        await app.RestartAsync();
        await app.StartReaderAsync();
        await app.StartWriterAsync();
        await app.DrainAsync();

        Assert.Equal([1L, 2L, 3L], await app.AppliedAsync());
        Assert.Empty((await app.Things.Find(t => t.Id == "u1").SingleAsync(Ct)).Outbox.Entries);
    }

    /// <summary>Leaves behind what a process leaves that ends there. The relay's own steps are done one by one, without its last ones.</summary>
    private static async Task DieAsync(OutboxApp app, string where)
    {
        if (where is "after the write")
        {
            return;
        }

        var reader = await app.StartReaderAsync();

        if (where.Contains("a consumer's effect", StringComparison.Ordinal))
        {
            await DieInConsumerAsync(app, reader, where.StartsWith("after", StringComparison.Ordinal));
            return;
        }

        if (where is "no crash")
        {
            await app.StartWriterAsync();
            await app.DrainAsync();
            return;
        }

        var leased = await app.Leases.LeaseAsync(TimeSpan.FromSeconds(10), Ct);
        var count = where switch { "after the lease" => 0, "after the first publish" => 1, _ => 3 };
        var deliveries = new List<Delivery>();

        foreach (var entry in leased!.Outbox.Entries.Take(count))
        {
            deliveries.Add(await reader.Publisher.PublishAsync(entry, Ct));
        }

        if (where is "after the consumers")
        {
            Assert.All(await Task.WhenAll(deliveries.Select(d => d.Outcome)), Assert.True);
        }
    }

    private static async Task DieInConsumerAsync(OutboxApp app, MessagingHost reader, bool afterEffect)
    {
        var reached = new TaskCompletionSource();
        reader.Seen.Handle = async seen =>
        {
            if (afterEffect)
            {
                await app.ApplyAsync(seen);
            }

            reached.TrySetResult();
            throw new InvalidOperationException("The process ends here.");
        };
        await app.StartWriterAsync(OutboxApp.ShortLeases);
        await app.AdvanceUntilAsync(() => Task.FromResult(reached.Task.IsCompleted), "the consumer is reached");
    }
}
