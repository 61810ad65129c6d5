using System.Net;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Users;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.Chat.Tests;

[Proves(Requirement.AccountLife)]
public sealed class DeletedUserTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    [Proves(Requirement.ChatRights)]
    public async Task The_other_side_reads_on_under_no_name_and_writes_to_nobody()
    {
        var (buyer, artist) = (app.Buyer("Bea"), app.Artist());
        await buyer.SendAsync(artist, "hello");

        await DeleteAsync(buyer);

        await Eventually.Until(async () => Assert.Single((await artist.ConversationsAsync()).Data).With.Name == UserCard.DeletedName, "the name is gone");
        var chat = Assert.Single((await artist.ConversationsAsync()).Data);
        Assert.Equal((buyer.Id, "", "hello"), (chat.With.Id, chat.With.Username, chat.LastMessage));
        Assert.Equal("hello", Assert.Single((await artist.HistoryAsync(buyer)).Data).Content);
        using var refused = await artist.PostAsync(buyer, new { content = "still there?", type = "TEXT" });
        Assert.Equal((HttpStatusCode.NotFound, "not_found"), (refused.StatusCode, await Person.CodeAsync(refused)));
        await using var device = await Device.ConnectAsync(app.Service, artist);
        Assert.Contains("not_found: ", await device.RefusalAsync(hub => hub.SendAsync(buyer, "still there?")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Blocks_of_and_about_the_person_go_and_reports_stay_without_the_reporter()
    {
        var (buyer, artist, other) = (app.Buyer(), app.Artist(), app.Buyer());
        await BlockTests.BlockAsync(buyer, artist);
        await BlockTests.BlockAsync(artist, buyer);
        await BlockTests.BlockAsync(artist, other);
        var made = await ReportTests.ReportAsync(buyer, new { userId = artist.Id.ToString(), reason = "rude" });
        var about = await ReportTests.ReportAsync(artist, new { userId = buyer.Id.ToString(), reason = "spam" });

        await DeleteAsync(buyer);
        await DeleteAsync(buyer);

        await Eventually.Until(async () => (await StoredAsync("reports", about))["status"] == "CLOSED", "the report about the person is closed");
        Assert.Equal("account_deleted", (await StoredAsync("reports", about))["note"].AsString);
        var anonymous = await StoredAsync("reports", made);
        Assert.Equal("OPEN", anonymous["status"].AsString);
        Assert.DoesNotContain(buyer.Id.ToString(), anonymous.ToJson(), StringComparison.Ordinal);
        Assert.False(anonymous.Contains("reason"));
        var blocks = app.Service.Database.GetCollection<BsonDocument>("blocks");
        await Eventually.Until(
            async () => await blocks.Find(new BsonDocument("blocker", artist.Id)).ToListAsync(Ct) is [var left] && left["blocked"] == other.Id, "the blocks are gone");
    }

    [Fact]
    public async Task Wherever_the_process_ends_while_it_forgets_somebody_blocks_and_reports_are_right_once_it_has_done_so_again()
    {
        var ends = 0;
        for (var ended = true; ended; ends++)
        {
            var (buyer, artist) = (app.Buyer(), app.Artist());
            await BlockTests.BlockAsync(buyer, artist);
            await BlockTests.BlockAsync(artist, buyer);
            var made = await ReportTests.ReportAsync(buyer, new { userId = artist.Id.ToString(), reason = "rude" });
            var about = await ReportTests.ReportAsync(artist, new { userId = buyer.Id.ToString(), reason = "spam" });

            ended = await StoreCalls.EndAfterAsync(ends + 1, ct => app.Service.ForgetAsync(buyer.Id, ct));
            await app.Service.ForgetAsync(buyer.Id, Ct);

            Assert.DoesNotContain(buyer.Id.ToString(), (await StoredAsync("reports", made)).ToJson(), StringComparison.Ordinal);
            Assert.False((await StoredAsync("reports", made)).Contains("reason"));
            Assert.Equal("CLOSED", (await StoredAsync("reports", about))["status"]);
            var blocks = app.Service.Database.GetCollection<BsonDocument>("blocks");
            Assert.Equal(0, await blocks.CountDocumentsAsync(new BsonDocument("_id", new BsonDocument("$regex", buyer.Id.ToString())), cancellationToken: Ct));
        }

        Assert.InRange(ends, 3, 20);
    }

    private Task DeleteAsync(Person person) => app.Service.Bus.PublishAsync(new UserDeleted(person.Id.ToString(), 9, DateTimeOffset.UtcNow));

    private Task<BsonDocument> StoredAsync(string collection, string id) =>
        app.Service.Database.GetCollection<BsonDocument>(collection).Find(new BsonDocument("_id", ObjectId.Parse(id))).SingleAsync(Ct);
}
