namespace Visuels.Chat.Tests;

public sealed class TwoInstancesTests
{
    [Fact]
    public async Task Two_instances_on_one_store_number_messages_without_gap_or_double()
    {
        await using var one = await ChatApp.StartAsync();
        var (buyer, artist) = (one.Buyer(), one.Artist());
        var two = await ChatApp.StartAsync(test => test.Restarts = one);
        var artistAtTwo = artist with { Http = two.Client(artist.Token) };

        var sent = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => i % 2 == 0 ? buyer.SendAsync(artist, $"{i}") : artistAtTwo.SendAsync(buyer, $"{i}")));
        var again = await Task.WhenAll(Enumerable.Range(0, 10).Select(i =>
            i % 2 == 0 ? artist.SendAsync(buyer, "once", "m-1") : artistAtTwo.SendAsync(buyer, "once", "m-1")));

        Assert.Equal(Enumerable.Range(1, 60).Select(i => (long)i), sent.Select(message => message.Seq).Order());
        Assert.Equal(61, Assert.Single(again.Distinct()).Seq);
        Assert.Equal((31, 30), (await buyer.UnreadAsync(artist), await artistAtTwo.UnreadAsync(buyer)));
        await two.StopAsync();
    }
}
