using Visuels.Chat.Conversations;
using Visuels.Contracts.Orders;
using Visuels.Testing;

namespace Visuels.Chat.Tests;

public sealed class OrderNotesTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static readonly DateTimeOffset At = new(2026, 5, 1, 10, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task An_order_is_noted_in_the_conversation_of_both_sides_and_pushed()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var buyersDevice = await Device.ConnectAsync(app.Service, buyer);
        await using var artistsDevice = await Device.ConnectAsync(app.Service, artist);

        await app.Service.Bus.PublishAsync(Placed(buyer, artist));
        var note = await NoteAsync(buyer, artist, "Order placed: Sunset");

        Assert.Equal((1, MessageTypes.System, null), (note.Seq, note.Type, note.SenderId));
        await buyersDevice.WaitForAsync(note);
        await artistsDevice.WaitForAsync(note);
        var chat = Assert.Single((await artist.ConversationsAsync()).Data);
        Assert.Equal(("Order placed: Sunset", 0), (chat.LastMessage, chat.Unread));
        Assert.Equal(0, await buyer.UnreadAsync(artist));
    }

    [Fact]
    public async Task An_event_that_comes_twice_is_noted_once()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await using var device = await Device.ConnectAsync(app.Service, artist);
        var placed = Placed(buyer, artist);
        var messageId = Guid.CreateVersion7();

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => app.Service.Bus.PublishAsync(placed, messageId)));
        // The same event under another message id, as after a lost outbox acknowledgement.
        await app.Service.Bus.PublishAsync(placed);
        await app.Service.Bus.PublishAsync(Changed(placed, 2, "ACCEPTED"));
        await app.Service.Bus.PublishAsync(Changed(placed, 2, "ACCEPTED"));
        await app.Service.Bus.PublishAsync(Changed(placed, 3, "CANCELLED"));
        foreach (var what in new[] { "cancelled", "accepted", "placed" })
        {
            await device.WaitForAsync(await NoteAsync(buyer, artist, $"Order {what}: Sunset"));
        }

        var after = await buyer.SendAsync(artist, "thank you");
        await device.WaitForAsync(after);

        Assert.Equal(4, after.Seq);
        Assert.Equal(4, (await buyer.HistoryAsync(artist)).Data.Count);
        Assert.Equal([1, 2, 3, 4], device.Received.Select(message => message.Seq).Order());
    }

    [Fact]
    public async Task Notes_take_numbers_among_the_messages_and_count_as_nobodys()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "may I?");
        var placed = Placed(buyer, artist);

        await app.Service.Bus.PublishAsync(placed);
        await NoteAsync(buyer, artist, "Order placed: Sunset");
        await artist.SendAsync(buyer, "of course");
        await app.Service.Bus.PublishAsync(Changed(placed, 2, "REJECTED", "sold"));
        await NoteAsync(buyer, artist, "Order rejected: Sunset (sold)");

        Assert.Equal([1, 2, 3, 4], (await artist.HistoryAsync(buyer)).Data.Select(message => message.Seq));
        Assert.Equal((1, 1), (await buyer.UnreadAsync(artist), await artist.UnreadAsync(buyer)));
    }

    private static Task<MessageResponse> NoteAsync(Person buyer, Person artist, string text) => Eventually.Until(
        async () => (await buyer.HistoryAsync(artist)).Data.SingleOrDefault(message => message.Content == text),
        $"the note '{text}'");

    private static OrderPlaced Placed(Person buyer, Person artist) => new(
        MongoDB.Bson.ObjectId.GenerateNewId().ToString(), 1, buyer.Id.ToString(), artist.Id.ToString(),
        MongoDB.Bson.ObjectId.GenerateNewId().ToString(), "Sunset", "http://localhost:4000/images/a.webp", 1, 12_000, 12_000, "USD", At);

    private static OrderStatusChanged Changed(OrderPlaced order, long version, string status, string? reason = null) => new(
        order.OrderId, version, status, "REQUESTED", OrderActors.Artist, reason, order.BuyerId, order.ArtistId, order.ProductId,
        order.Title, order.ImageUrl, order.Quantity, order.TotalMinor, order.Currency, [], At);
}
