using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Chat.Conversations;

namespace Visuels.Chat.Tests;

/// <summary>The process ended after a message was stored and before its conversation's summary followed.</summary>
public sealed class CrashTests(ChatApp app) : IClassFixture<ChatApp>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Reading_the_history_puts_the_summary_right()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await CrashAfterStoringAsync(buyer, artist, "left behind");
        Assert.Equal("before", (await artist.ConversationsAsync()).Data[0].LastMessage);

        await artist.HistoryAsync(buyer);

        var chat = Assert.Single((await artist.ConversationsAsync()).Data);
        Assert.Equal(("left behind", 2), (chat.LastMessage, chat.Unread));
    }

    [Fact]
    public async Task Sending_it_again_puts_the_summary_right_without_storing_it_twice()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await CrashAfterStoringAsync(buyer, artist, "left behind");

        var again = await buyer.SendAsync(artist, "left behind", "lost");

        Assert.Equal(2, again.Seq);
        var chat = Assert.Single((await artist.ConversationsAsync()).Data);
        Assert.Equal(("left behind", 2), (chat.LastMessage, chat.Unread));
    }

    [Fact]
    public async Task The_next_message_takes_the_next_number_and_every_count_is_right()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        await CrashAfterStoringAsync(buyer, artist, "left behind");

        var next = await artist.SendAsync(buyer, "next");

        Assert.Equal(3, next.Seq);
        Assert.Equal((1, 2), (await buyer.UnreadAsync(artist), await artist.UnreadAsync(buyer)));
    }

    [Fact]
    public async Task A_summary_that_comes_late_does_not_hide_a_newer_one()
    {
        var (buyer, artist) = (app.Buyer(), app.Artist());
        var late = await CrashAfterStoringAsync(buyer, artist, "late");
        await artist.SendAsync(buyer, "newest");

        await app.Service.Services.GetRequiredService<ConversationStore>().AdvanceAsync(late, "v1.k1.a.b", Ct);

        Assert.Equal("newest", (await buyer.ConversationsAsync()).Data[0].LastMessage);
    }

    private async Task<Message> CrashAfterStoringAsync(Person buyer, Person artist, string content)
    {
        var before = await buyer.SendAsync(artist, "before");
        var message = new Message
        {
            Id = ObjectId.GenerateNewId(),
            ChatId = before.ChatId,
            Seq = before.Seq + 1,
            SenderId = buyer.Id,
            Type = MessageTypes.Text,
            ClientMessageId = "lost",
            CreatedAt = before.CreatedAt,
            Sent = new Tally().Plus(buyer.Id, Pair.Of(buyer.Id, artist.Id)).Plus(buyer.Id, Pair.Of(buyer.Id, artist.Id)),
        };
        message.Content = app.Service.Services.GetRequiredService<MessageSeal>().Seal(message, content);
        Assert.Equal(InsertOutcome.Inserted, await app.Service.Services.GetRequiredService<MessageStore>().TryInsertAsync(message, Ct));
        return message;
    }
}
