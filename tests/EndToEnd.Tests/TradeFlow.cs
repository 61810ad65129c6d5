using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.SignalR.Client;
using Visuels.Testing;

namespace Visuels.EndToEnd.Tests;

/// <summary>What the marketplace is for, from sign-up to sold, through one entrance.</summary>
internal static class TradeFlow
{
    public static async Task RunAsync(Entrance entrance, Mailbox mailbox, string hub, CancellationToken ct)
    {
        using var artist = await Person.SignUpAsync(entrance, mailbox, "artist", "ARTIST", ct);
        using var buyer = await Person.SignUpAsync(entrance, mailbox, "buyer", "USER", ct);
        using var second = await Person.SignUpAsync(entrance, mailbox, "second", "USER", ct);
        using var third = await Person.SignUpAsync(entrance, mailbox, "third", "USER", ct);

        var title = $"Harbour {Guid.NewGuid():N}"[..20];
        var product = await artist.CreateProductAsync(title, ct);
        var productId = product.Text("_id");
        Assert.Equal(2, product.GetProperty("images").GetArrayLength());
        await IsFoundByVisitorsAsync(entrance, title, productId, ct);

        // The first buyer orders from the cart, the second at once.
        await buyer.PutAsync("order", $"/order/cart/items/{productId}", new { quantity = 1, requirement = "Please wrap it well" }).ExpectAsync(HttpStatusCode.OK, ct);
        var cart = await buyer.GetAsync("order", "/order/cart").ExpectAsync(HttpStatusCode.OK, ct);
        Assert.Equal(120.50m, cart.GetProperty("cart").GetProperty("totalAmount").GetDecimal());
        var placed = await buyer.PostAsync("order", "/order/create", new { }).ExpectAsync(HttpStatusCode.Created, ct);
        var orderId = placed.GetProperty("order").Text("_id");
        Assert.Empty((await buyer.GetAsync("order", "/order/cart").ExpectAsync(HttpStatusCode.OK, ct)).GetProperty("cart").GetProperty("items").EnumerateArray());
        var secondPlaced = await second.PostAsync("order", "/order/create", new { productId }).ExpectAsync(HttpStatusCode.Created, ct);
        var secondId = secondPlaced.GetProperty("order").Text("_id");

        var received = await artist.GetAsync("order", "/order/artist").ExpectAsync(HttpStatusCode.OK, ct);
        Assert.Equal(2, received.GetProperty("order").GetArrayLength());
        await artist.PatchAsync("order", $"/order/{orderId}", new { status = "VIEWED" }).ExpectAsync(HttpStatusCode.OK, ct);
        await artist.PatchAsync("order", $"/order/{orderId}", new { status = "ACCEPTED" }).ExpectAsync(HttpStatusCode.OK, ct);

        await IsSoldAsync(buyer, second, productId, orderId, secondId, ct);
        var refused = await third.PostAsync("order", "/order/create", new { productId }).ExpectAsync(HttpStatusCode.Conflict, ct);
        Assert.Equal("product_sold", refused.Text("code"));

        // Code and welcome for everyone; then what each must know of the orders, once.
        await mailbox.ExpectAsync(artist.Email, 2 + 2, ct);
        var buyerMails = await mailbox.ExpectAsync(buyer.Email, 2 + 3, ct);
        Assert.Equal(3, buyerMails.Count(mail => mail.Text.Contains(title, StringComparison.Ordinal)));
        await mailbox.ExpectAsync(second.Email, 2 + 2, ct);
        await mailbox.ExpectAsync(third.Email, 2, ct);

        await ChatAsync(artist, buyer, hub, ct);
    }

    public static async Task IsSoldAsync(Person buyer, Person second, string productId, string orderId, string secondId, CancellationToken ct)
    {
        Assert.Equal("ACCEPTED", (await OrderAsync(buyer, orderId, ct)).Text("status"));
        await Eventually.Until(async () => (await ProductAsync(buyer, productId, ct)).Text("status") == "SOLD", "the piece is sold");
        await Eventually.Until(async () => (await OrderAsync(second, secondId, ct)).Text("status") == "REJECTED", "the second order is rejected");
        var last = (await OrderAsync(second, secondId, ct)).GetProperty("history").EnumerateArray().Last();
        Assert.Equal("sold", last.Text("reason"));
    }

    private static async Task IsFoundByVisitorsAsync(Entrance entrance, string title, string productId, CancellationToken ct)
    {
        using var visitor = Person.Visitor(entrance);
        var word = title.Split(' ')[1];
        foreach (var query in new[] { "", "?category=abstract", $"?q={word}", "?sort=price-low&maxPrice=130&minPrice=120" })
        {
            var list = await visitor.GetAsync("product", "/products" + query).ExpectAsync(HttpStatusCode.OK, ct);
            var found = list.GetProperty("products").EnumerateArray().ToList();
            Assert.Contains(found, item => item.Text("_id") == productId);
            Assert.All(found, item => Assert.False(string.IsNullOrEmpty(item.GetProperty("images")[0].Text("url"))));
        }

        var categories = await visitor.GetAsync("product", "/products/categories").ExpectAsync(HttpStatusCode.OK, ct);
        Assert.Contains(categories.GetProperty("allCategory").EnumerateArray(), category => category.Text("slug") == "abstract");

        var product = await ProductAsync(visitor, productId, ct);
        Assert.Equal("AVAILABLE", product.Text("status"));
        Assert.Equal(120.50m, product.GetProperty("price").GetDecimal());
        using var http = new HttpClient();
        var image = await http.GetAsync(product.GetProperty("images")[0].Text("url"), ct);
        Assert.Equal(HttpStatusCode.OK, image.StatusCode);
        Assert.StartsWith("image/", image.Content.Headers.ContentType!.MediaType, StringComparison.Ordinal);
    }

    private static async Task ChatAsync(Person artist, Person buyer, string hub, CancellationToken ct)
    {
        await using var artistClient = await artist.ConnectAsync(hub, ct);
        var heard = new TaskCompletionSource<JsonElement>(TaskCreationOptions.RunContinuationsAsynchronously);
        artistClient.On<JsonElement>("MessageReceived", message => heard.TrySetResult(message));

        await buyer.PostAsync("chat", $"/message/send/{artist.Id}", new { content = "Is it dry yet?", type = "TEXT" }).ExpectAsync(HttpStatusCode.Created, ct);
        Assert.Equal("Is it dry yet?", (await heard.Task.WaitAsync(Eventually.Patience, ct)).Text("content"));

        var answer = await artistClient.InvokeAsync<JsonElement>("Send", buyer.Id, new { content = "Since this morning.", type = "TEXT", clientMessageId = "m-1" }, ct);
        Assert.Equal("Since this morning.", answer.Text("content"));

        var history = await buyer.GetAsync("chat", $"/message/get/{artist.Id}").ExpectAsync(HttpStatusCode.OK, ct);
        var texts = history.GetProperty("data").EnumerateArray().Where(message => message.Text("type") == "TEXT").Select(message => message.Text("content"));
        Assert.Equal(["Is it dry yet?", "Since this morning."], texts);

        var conversations = await buyer.GetAsync("chat", "/message/conversations").ExpectAsync(HttpStatusCode.OK, ct);
        var conversation = Assert.Single(conversations.GetProperty("data").EnumerateArray());
        Assert.Equal(1, conversation.GetProperty("unread").GetInt32());
    }

    private static async Task<JsonElement> OrderAsync(Person person, string id, CancellationToken ct) =>
        (await person.GetAsync("order", $"/order/{id}").ExpectAsync(HttpStatusCode.OK, ct)).GetProperty("order");

    private static async Task<JsonElement> ProductAsync(Person person, string id, CancellationToken ct) =>
        (await person.GetAsync("product", $"/products/{id}").ExpectAsync(HttpStatusCode.OK, ct)).GetProperty("product");
}
