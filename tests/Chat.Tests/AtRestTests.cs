using System.Security.Cryptography;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Orders;
using Visuels.ServiceDefaults.Security;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.ChatSealing)]
[Proves("T19")]
public sealed class AtRestTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task The_database_holds_no_word_that_was_written()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await buyer.SendAsync(artist, "canary-of-the-buyer");
        await artist.SendAsync(buyer, "canary-of-the-artist");
        await app.Service.Bus.PublishAsync(new OrderPlaced(
            ObjectId.GenerateNewId().ToString(), 1, buyer.Id.ToString(), artist.Id.ToString(), ObjectId.GenerateNewId().ToString(),
            "canary-title", "http://localhost/i.webp", 1, 1, 1, "USD", DateTimeOffset.UtcNow));
        await Eventually.Until(
            async () => (await buyer.HistoryAsync(artist)).Data.Any(message => message.Content == "Order placed: canary-title"), "the note");

        var dump = await DumpAsync(app.Service.Database);

        Assert.Contains(buyer.Id.ToString(), dump, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", dump, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_that_were_swapped_are_shown_as_unreadable_and_the_others_as_they_are()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var first = await buyer.SendAsync(artist, "yes");
        var second = await buyer.SendAsync(artist, "no");
        await buyer.SendAsync(artist, "perhaps");

        await SwapAsync(first.Id, second.Id);
        var seen = (await artist.HistoryAsync(buyer)).Data;

        Assert.Equal([("", true), ("", true), ("perhaps", false)], seen.Select(message => (message.Content, message.Unreadable)));
    }

    [Fact]
    public async Task A_text_moved_into_another_conversation_cannot_be_read_there()
    {
        var (buyer, artist, other) = (app.Buyer(), app.Artist(), app.Artist());
        var here = await buyer.SendAsync(artist, "for you only");
        var there = await buyer.SendAsync(other, "for the other");

        await SwapAsync(here.Id, there.Id);

        Assert.True(Assert.Single((await artist.HistoryAsync(buyer)).Data).Unreadable);
        Assert.True(Assert.Single((await other.HistoryAsync(buyer)).Data).Unreadable);
    }

    [Fact]
    public async Task After_a_new_key_old_messages_are_read_and_new_ones_use_it()
    {
        await using var before = await ChatApp.StartAsync();
        var (buyer, artist) = (before.Buyer(), before.Artist());
        await buyer.SendAsync(artist, "old");
        await before.StopAsync();
        await File.AppendAllTextAsync(Path.Combine(before.Keys.Folder, "chat.key"), $"k2 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(32))}\n", Ct);

        await using var after = await ChatApp.StartAsync(test => test.Restarts = before);
        buyer = after.Again(buyer, Roles.User);
        await buyer.SendAsync(artist, "new");

        Assert.Equal(["old", "new"], (await buyer.HistoryAsync(artist)).Data.Select(message => message.Content));
        var stored = await after.Database.GetCollection<BsonDocument>("messages").Find(new BsonDocument()).SortBy(m => m["seq"]).ToListAsync(Ct);
        Assert.Equal(["v1.k1", "v1.k2"], stored.Select(message => message["content"].AsString[..5]));
    }

    private static async Task<string> DumpAsync(IMongoDatabase database)
    {
        var dump = new List<string>();
        foreach (var name in await (await database.ListCollectionNamesAsync(cancellationToken: Ct)).ToListAsync(Ct))
        {
            dump.AddRange((await database.GetCollection<BsonDocument>(name).Find(new BsonDocument()).ToListAsync(Ct)).Select(document => document.ToJson()));
        }

        return string.Join('\n', dump);
    }

    private async Task SwapAsync(ObjectId one, ObjectId other)
    {
        var messages = app.Service.Database.GetCollection<BsonDocument>("messages");
        var byId = Builders<BsonDocument>.Filter;
        var first = await messages.Find(byId.Eq("_id", one)).SingleAsync(Ct);
        var second = await messages.Find(byId.Eq("_id", other)).SingleAsync(Ct);
        await messages.UpdateOneAsync(byId.Eq("_id", one), Builders<BsonDocument>.Update.Set("content", second["content"]), cancellationToken: Ct);
        await messages.UpdateOneAsync(byId.Eq("_id", other), Builders<BsonDocument>.Update.Set("content", first["content"]), cancellationToken: Ct);
    }
}
