using System.Net;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.Testing.Requirements;

namespace Visuels.Orders.Tests;

public sealed class ListTests(OrderApp app) : IClassFixture<OrderApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Who_has_no_orders_yet_is_told_so()
    {
        var ofBuyer = await (await app.Buyer().GetAsync("user")).JsonAsync(HttpStatusCode.OK);
        var ofArtist = await (await app.Artist().GetAsync("artist")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal("""{"msg":"No orders yet","order":[],"totalOrder":0,"nextCursor":null}""", ofBuyer.ToJsonString());
        Assert.Equal(ofBuyer.ToJsonString(), ofArtist.ToJsonString());
    }

    [Fact]
    public async Task A_buyer_sees_own_orders_and_their_artists_newest_first()
    {
        var (ada, eve, buyer) = (app.Artist(), app.Artist(), app.Buyer());
        var (first, second) = (app.List(ada), app.List(eve));
        await buyer.OrderAsync(first);
        await buyer.OrderAsync(second);
        await app.Buyer().OrderAsync(first);

        var body = await (await buyer.GetAsync("user")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(("Orders fetched", 2), (body.Text("msg"), body["totalOrder"]!.GetValue<int>()));
        var orders = body["order"]!.AsArray();
        Assert.Equal([second.Id, first.Id], orders.Select(order => order!["item"]!.Id("productId")));
        Assert.Equal([eve.Username, ada.Username], orders.Select(order => order!["artist"]!.Text("username")));
        Assert.All(orders, order => Assert.Null(order!["history"]));
    }

    [Fact]
    public async Task An_artist_sees_all_orders_for_own_artworks_whatever_their_status_with_the_buyers_contact()
    {
        var (artist, other, buyer) = (app.Artist(), app.Artist(), app.Buyer());
        var id = await buyer.OrderAsync(app.List(artist));
        await (await artist.AnswerAsync(id, "REJECTED")).JsonAsync(HttpStatusCode.OK);
        await buyer.OrderAsync(app.List(other));

        var body = await (await artist.GetAsync("artist")).JsonAsync(HttpStatusCode.OK);

        var order = Assert.Single(body["order"]!.AsArray())!;
        Assert.Equal((id, "REJECTED"), (order.Text("_id"), order.Text("status")));
        Assert.Equal((buyer.Id, buyer.Email, buyer.Username), (order["contact"]!.Id(), order["contact"]!.Text("email"), order["contact"]!.Text("username")));
    }

    [Fact]
    public async Task Lists_can_be_narrowed_to_one_status()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var viewed = await buyer.OrderAsync(app.List(artist));
        await buyer.OrderAsync(app.List(artist));
        await (await artist.AnswerAsync(viewed, "VIEWED")).JsonAsync(HttpStatusCode.OK);

        foreach (var (person, list) in new[] { (buyer, "user"), (artist, "artist") })
        {
            var body = await (await person.GetAsync($"{list}?status=VIEWED")).JsonAsync(HttpStatusCode.OK);
            Assert.Equal(viewed, Assert.Single(body["order"]!.AsArray())!.Text("_id"));
            Assert.Equal(1, body["totalOrder"]!.GetValue<int>());
            var none = await (await person.GetAsync($"{list}?status=ACCEPTED")).JsonAsync(HttpStatusCode.OK);
            Assert.Empty(none["order"]!.AsArray());
        }
    }

    [Fact]
    public async Task Pages_follow_one_another_without_gap_or_overlap_even_among_orders_of_one_instant()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        var placed = await InsertAsync(artist, buyer, count: 12, perInstant: 5);

        foreach (var (person, list) in new[] { (buyer, "user"), (artist, "artist") })
        {
            var pages = new List<JsonNode>();
            string? cursor = null;
            do
            {
                pages.Add(await (await person.GetAsync($"{list}?limit=5{(cursor is null ? "" : $"&cursor={cursor}")}")).JsonAsync(HttpStatusCode.OK));
                cursor = pages[^1]["nextCursor"]?.GetValue<string>();
            }
            while (cursor is not null);

            Assert.Equal([5, 5, 2], pages.Select(page => page["order"]!.AsArray().Count));
            Assert.All(pages, page => Assert.Equal(12, page["totalOrder"]!.GetValue<int>()));
            var read = pages.SelectMany(page => page["order"]!.AsArray()).Select(order => order!.Id()).ToList();
            Assert.Equal(placed.OrderByDescending(order => order.CreatedAt).ThenByDescending(order => order.Id).Select(order => order.Id), read);
        }
    }

    [Fact]
    public async Task A_full_last_page_has_no_next_one()
    {
        var (artist, buyer) = (app.Artist(), app.Buyer());
        await InsertAsync(artist, buyer, count: 50, perInstant: 1);

        var body = await (await artist.GetAsync("artist?limit=50")).JsonAsync(HttpStatusCode.OK);

        Assert.Equal(50, body["order"]!.AsArray().Count);
        Assert.Null(body["nextCursor"]);
        Assert.Equal(20, (await (await artist.GetAsync("artist")).JsonAsync(HttpStatusCode.OK))["order"]!.AsArray().Count);
    }

    [Fact]
    [Proves(Requirement.Paging)]
    public async Task Nonsense_in_the_query_is_refused()
    {
        foreach (var query in new[]
        {
            "status=SOLD", "status=requested", "status=0", "status=REQUESTED&status=VIEWED", "status=", "limit=0", "limit=51", "limit=-1", "limit=x",
            "limit=1.5", "limit=5&limit=6", "cursor=x", "cursor=AAAA", "cursor=", $"cursor={new string('a', 600)}",
        })
        {
            await (await app.Buyer().GetAsync($"user?{query}")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
            await (await app.Artist().GetAsync($"artist?{query}")).ProblemAsync(HttpStatusCode.BadRequest, "invalid_query");
        }
    }

    // Straight into the store, as the demo is seeded: many orders of one instant cannot be had over HTTP.
    private async Task<IReadOnlyList<Order>> InsertAsync(Person artist, Person buyer, int count, int perInstant)
    {
        var orders = Enumerable.Range(0, count)
            .Select(i => new ProductCard { Id = ObjectId.GenerateNewId(), ArtistId = artist.Id, Title = $"No. {i}", PriceMinor = 100 * i, Listed = true })
            .Select((card, i) => Order.Place(
                CartLine.Of(card.Id, 1, null, OrderApp.Start), buyer.Id, card, OrderApp.Start.AddSeconds(i / perInstant)))
            .ToList();
        Assert.Empty(await app.Service.Services.GetRequiredService<OrderStore>().InsertAsync(orders, Ct));
        return orders;
    }
}
