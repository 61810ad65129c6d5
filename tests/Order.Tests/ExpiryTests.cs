using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.Orders.Unanswered;
using Visuels.Testing;

namespace Visuels.Orders.Tests;

public sealed class ExpiryTests
{
    private const string Schedule = "order-expiry";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_order_that_nobody_answers_for_two_weeks_is_turned_down_and_everybody_hears_why()
    {
        await using var app = await UnansweredApp.StartAsync();
        var orders = await app.PlaceAsync(2);
        await app.Artist.AnswerAsync($"{orders[1]}", "VIEWED");
        await app.PassAsync(TimeSpan.FromDays(14) - TimeSpan.FromSeconds(1));
        Assert.Equal(0, await app.RunAsync(Schedule));
        await app.PassAsync(TimeSpan.FromSeconds(1));

        Assert.Equal(2, await app.RunAsync(Schedule));

        foreach (var (id, from, version) in new[] { (orders[0], "REQUESTED", 2L), (orders[1], "VIEWED", 3L) })
        {
            var told = await app.Service.Bus.NextAsync<OrderStatusChanged>(e => e.OrderId == $"{id}" && e.Status == "REJECTED");
            Assert.Equal((from, OrderActors.System, "expired", version), (told.PreviousStatus, told.By, told.Reason, told.Version));
            var last = (await app.ReadAsync(id))["history"]!.AsArray()[^1]!;
            Assert.Equal(("REJECTED", "SYSTEM", "expired"), (last.Text("status"), last.Text("by"), last.Text("reason")));
        }

        Assert.Equal(0, await app.RunAsync(Schedule));
    }

    [Fact]
    public async Task An_order_that_has_ended_cannot_be_accepted_and_its_buyer_may_ask_again()
    {
        await using var app = await UnansweredApp.StartAsync();
        var buyer = app.Service.Auth.Add("Bea", ServiceDefaults.Security.Roles.User);
        var artwork = new Artwork(MongoDB.Bson.ObjectId.GenerateNewId(), app.Artist.Id, "Harbour", 500, "USD", 1);
        app.Product.Artworks[artwork.Id] = artwork;
        var id = await Today().OrderAsync(artwork);
        await app.PassAsync(TimeSpan.FromDays(15));
        await app.RunAsync(Schedule);

        await (await app.Artist.AnswerAsync(id, "ACCEPTED")).ProblemAsync(HttpStatusCode.Conflict, "illegal_transition");
        Assert.NotEqual(id, await Today().OrderAsync(artwork));

        Person Today() => new(buyer.Id, buyer.Username, buyer.Email, app.Service.As(buyer.Id, buyer.Role));
    }

    [Fact]
    public async Task What_is_answered_does_not_expire()
    {
        await using var app = await UnansweredApp.StartAsync();
        var orders = await app.PlaceAsync(2);
        await app.Artist.AnswerAsync($"{orders[0]}", "ACCEPTED");
        await app.Artist.AnswerAsync($"{orders[1]}", "REJECTED", "no");
        await app.PassAsync(TimeSpan.FromDays(20));

        Assert.Equal(0, await app.RunAsync(Schedule));
    }

    [Fact]
    public async Task An_acceptance_against_the_end_of_the_order_exactly_one_wins()
    {
        await using var app = await UnansweredApp.StartAsync();
        var another = await app.StartAnotherAsync();
        var orders = await app.PlaceAsync(120);
        await app.PassAsync(TimeSpan.FromDays(14));
        var artist = app.Artist;

        // Past the lease: two instances and the artist at once.
        var runs = new[] { app.Service, another }.Select(instance =>
            Task.Run(() => instance.Services.GetRequiredService<OrderExpiry>().RunAsync(Ct), Ct)).ToList();
        var answers = await Task.WhenAll(orders.Reverse().Select(id => artist.AnswerAsync($"{id}", "ACCEPTED")));
        var expired = (await Task.WhenAll(runs)).Sum();

        var accepted = answers.Count(answer => answer.StatusCode == HttpStatusCode.OK);
        Assert.All(answers, answer => Assert.True(answer.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict));
        Assert.Equal(120, accepted + expired);
        Assert.Equal(accepted, await app.Orders.CountDocumentsAsync(o => o.Status == OrderStatus.ACCEPTED && o.Sold && o.Version == 2, cancellationToken: Ct));
        Assert.Equal(expired, await app.Orders.CountDocumentsAsync(o => o.Status == OrderStatus.REJECTED && !o.Sold && o.Version == 2, cancellationToken: Ct));
        await another.StopAsync();
    }

    [Theory]
    [InlineData("Orders:ExpireAfter", "2.00:00:00")]
    [InlineData("Orders:FirstReminder", "8.00:00:00")]
    public async Task Times_that_do_not_follow_each_other_stop_the_start(string key, string value) =>
        await Assert.ThrowsAsync<OptionsValidationException>(() => ServiceUnderTest.StartAsync(OrderService.Build, test => test.Settings[key] = value));
}
