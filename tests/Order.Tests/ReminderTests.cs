using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Orders.Unanswered;

namespace Visuels.Orders.Tests;

public sealed class ReminderTests
{
    private const string Schedule = "order-reminders";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_artist_is_reminded_after_three_days_and_after_seven_and_never_again()
    {
        await using var app = await UnansweredApp.StartAsync();
        var id = (await app.PlaceAsync())[0];
        var placed = app.Clock.GetUtcNow();
        await app.PassAsync(TimeSpan.FromDays(3) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await app.RunAsync(Schedule));

        await app.PassAsync(TimeSpan.FromSeconds(1));
        Assert.Equal(1, await app.RunAsync(Schedule));
        var first = await app.Service.Bus.NextAsync<OrderLeftUnanswered>(e => e.OrderId == $"{id}");
        Assert.Equal((1, 1L, $"{app.Artist.Id}", placed, placed.AddDays(14)), (first.Reminder, first.Version, first.ArtistId, first.PlacedAt, first.ExpiresAt));
        await app.PassAsync(TimeSpan.FromDays(3.9));
        Assert.Equal(0, await app.RunAsync(Schedule));
        await app.PassAsync(TimeSpan.FromDays(0.1));
        Assert.Equal(1, await app.RunAsync(Schedule));
        Assert.Equal(2, (await app.Service.Bus.NextAsync<OrderLeftUnanswered>(e => e.OrderId == $"{id}" && e.Reminder != 1)).Reminder);
        await app.PassAsync(TimeSpan.FromDays(6));

        Assert.Equal(0, await app.RunAsync(Schedule));
        var order = await app.ReadAsync(id);
        Assert.Equal(("REQUESTED", 1, 1), (order.Text("status"), order["version"]!.GetValue<int>(), order["history"]!.AsArray().Count));
    }

    [Fact]
    public async Task Reminders_that_became_due_together_are_one()
    {
        await using var app = await UnansweredApp.StartAsync();
        var id = (await app.PlaceAsync())[0];
        await app.PassAsync(TimeSpan.FromDays(8));

        Assert.Equal(1, await app.RunAsync(Schedule));

        Assert.Equal(2, (await app.Service.Bus.NextAsync<OrderLeftUnanswered>(e => e.OrderId == $"{id}")).Reminder);
        Assert.Equal(0, await app.RunAsync(Schedule));
    }

    [Fact]
    public async Task Whoever_has_answered_is_not_reminded_but_who_only_looked_is()
    {
        await using var app = await UnansweredApp.StartAsync();
        var orders = await app.PlaceAsync(4);
        await app.Artist.AnswerAsync($"{orders[0]}", "ACCEPTED");
        await app.Artist.AnswerAsync($"{orders[1]}", "REJECTED");
        await app.Artist.AnswerAsync($"{orders[2]}", "VIEWED");
        await app.PassAsync(TimeSpan.FromDays(4));

        Assert.Equal(2, await app.RunAsync(Schedule));

        var reminded = await app.Orders.Find(order => order.Reminders == 1).Project(order => order.Id).ToListAsync(Ct);
        Assert.Equal(orders.Skip(2), reminded.Order());
    }

    [Fact]
    public async Task Nobody_is_reminded_of_an_order_that_is_about_to_end()
    {
        await using var app = await UnansweredApp.StartAsync();
        await app.PlaceAsync();
        await app.PassAsync(TimeSpan.FromDays(14));

        Assert.Equal(0, await app.RunAsync(Schedule));
    }

    [Fact]
    public async Task Two_instances_at_once_after_one_that_died_on_its_way_remind_each_artist_once()
    {
        await using var app = await UnansweredApp.StartAsync();
        var another = await app.StartAnotherAsync();
        var orders = await app.PlaceAsync(250);
        await app.PassAsync(TimeSpan.FromDays(4));
        var now = app.Clock.GetUtcNow();
        // One batch is written, and nobody has been told yet.
        var unanswered = app.Service.Services.GetRequiredService<UnansweredOrders>();
        var batch = await unanswered.FindAsync(null, now.AddDays(-14), now.AddDays(-3), Ct);
        Assert.Equal(100, await unanswered.RemindAsync(batch.Select(order => (order, 1, now)), now, Ct));

        // Past the lease, which would let one of them in only.
        var changed = await Task.WhenAll(new[] { app.Service, another, app.Service, another }.Select(instance =>
            Task.Run(() => instance.Services.GetRequiredService<OrderReminders>().RunAsync(Ct), Ct)));

        Assert.Equal(150, changed.Sum());
        await Task.WhenAll(orders.Select(id => app.Service.Bus.NextAsync<OrderLeftUnanswered>(e => e.OrderId == $"{id}")));
        Assert.Equal(250, app.Service.Bus.Published<OrderLeftUnanswered>().Count);
        await another.StopAsync();
    }

    [Fact]
    public async Task Reminders_and_answers_at_the_same_time_do_not_disturb_each_other()
    {
        await using var app = await UnansweredApp.StartAsync();
        var orders = await app.PlaceAsync(60);
        await app.PassAsync(TimeSpan.FromDays(4));
        var artist = app.Artist;

        var run = app.RunAsync(Schedule);
        var answers = await Task.WhenAll(orders.Select(id => artist.AnswerAsync($"{id}", "ACCEPTED")));
        await run;

        Assert.All(answers, answer => Assert.True(answer.IsSuccessStatusCode));
        Assert.Equal(60, await app.Orders.CountDocumentsAsync(order => order.Sold && order.Version == 2, cancellationToken: Ct));
    }
}
