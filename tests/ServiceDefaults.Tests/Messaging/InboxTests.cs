using Microsoft.Extensions.Time.Testing;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.Testing;

namespace Visuels.ServiceDefaults.Tests.Messaging;

public sealed class InboxTests : IAsyncLifetime
{
    // Not a time long gone: the store would clean the notes up at any moment.
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UtcNow);
    private readonly Guid _message = Guid.CreateVersion7();
    private IMongoDatabase _database = null!;
    private Inbox _inbox = null!;
    private int _done;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        MongoConventions.Register();
        _database = new MongoClient(await TestStore.ConnectionStringAsync()).GetDatabase($"t{Guid.NewGuid():N}"[..12] + "-inbox");
        _inbox = new Inbox(_database, _clock);
        await _inbox.CreateIndexesAsync(Ct);
    }

    public async ValueTask DisposeAsync() => await _database.Client.DropDatabaseAsync(_database.DatabaseNamespace.DatabaseName);

    [Fact]
    public async Task A_message_that_comes_again_is_done_once_by_each_consumer()
    {
        Assert.True(await _inbox.OnceAsync("mails", _message, Work, Ct));
        Assert.False(await _inbox.OnceAsync("mails", _message, Work, Ct));
        Assert.True(await _inbox.OnceAsync("notes", _message, Work, Ct));

        Assert.Equal(2, _done);
    }

    [Fact]
    public async Task Of_twenty_deliveries_at_once_one_does_the_work()
    {
        await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await _inbox.OnceAsync("mails", _message, Work, Ct);
            }
            catch (MessageInProgressException)
            {
                // The transport delivers it again.
            }
        }));

        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task What_failed_may_be_tried_again_at_once()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => _inbox.OnceAsync("mails", _message, _ => throw new InvalidOperationException("no"), Ct));

        Assert.True(await _inbox.OnceAsync("mails", _message, Work, Ct));
        Assert.Equal(1, _done);
    }

    [Fact]
    public async Task A_consumer_that_died_at_its_work_does_not_lose_it()
    {
        var (reached, never) = (new TaskCompletionSource(), new TaskCompletionSource());
        var dead = _inbox.OnceAsync("mails", _message, _ =>
        {
            reached.SetResult();
            return never.Task;
        }, Ct);
        await reached.Task;
        await Assert.ThrowsAsync<MessageInProgressException>(() => _inbox.OnceAsync("mails", _message, Work, Ct));

        _clock.Advance(TimeSpan.FromSeconds(11));

        Assert.True(await _inbox.OnceAsync("mails", _message, Work, Ct));
        Assert.Equal(1, _done);

        // Should the dead one awake and fail, the note of its successor stays.
        never.SetException(new InvalidOperationException("late"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => dead);
        Assert.False(await _inbox.OnceAsync("mails", _message, Work, Ct));
    }

    private Task Work(CancellationToken ct)
    {
        Interlocked.Increment(ref _done);
        return Task.CompletedTask;
    }
}
