using System.Text;
using System.Text.Json;
using RabbitMQ.Client;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.EndToEnd.Tests;

/// <summary>The operator's command against a real broker: <c>dead-letters list|show|retry</c>.</summary>
public sealed class DeadLetterTests : IAsyncLifetime
{
    private const string Queue = "jobs-order-placed";
    private const string Secret = "a message's own words";

    private RabbitMqNode _node = null!;
    private IConnection _connection = null!;
    private IChannel _channel = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(RabbitMqNode.IsInstalled, RabbitMqBroker.Missing);
        _node = await RabbitMqNode.StartAsync(Ct);
        _connection = await new ConnectionFactory { Uri = new Uri(_node.ConnectionString) }.CreateConnectionAsync(Ct);
        // What is published is in its queue when that returns.
        var confirmed = new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);
        _channel = await _connection.CreateChannelAsync(confirmed, Ct);
        foreach (var queue in new[] { Queue, $"{Queue}_error", "chat-order-placed_skipped" })
        {
            await _channel.QueueDeclareAsync(
                queue, durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" }, cancellationToken: Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_node is not null)
        {
            await _connection.DisposeAsync();
            await _node.DisposeAsync();
        }
    }

    [Fact]
    public async Task Dead_letters_of_every_service_are_listed_with_age_and_reason_and_without_their_words()
    {
        await DieAsync($"{Queue}_error", "m1");
        await DieAsync($"{Queue}_error", "m2");
        await DieAsync("chat-order-placed_skipped", "m3", skipped: true);

        var (listed, list) = await RunAsync("list");
        await HoldsAsync($"{Queue}_error", 2);
        var (shown, show) = await RunAsync("show", Queue);
        await HoldsAsync($"{Queue}_error", 2);
        var (one, details) = await RunAsync("show", $"{Queue}_error", "m2");

        Assert.Equal((0, 0, 0), (listed, shown, one));
        Assert.Matches($@"{Queue}_error  2  oldest \d+\.\d\d:\d\d:\d\d ago  System\.FormatException \(2\)", list);
        Assert.Contains("chat-order-placed_skipped  1", list, StringComparison.Ordinal);
        Assert.Contains("3 in all", list, StringComparison.Ordinal);
        Assert.Contains($"{Queue}_error  m1  OrderPlaced  2026-01-02 03:04:05Z  System.FormatException", show, StringComparison.Ordinal);
        Assert.Contains("sent      2026-01-02 03:04:01Z", details, StringComparison.Ordinal);
        Assert.DoesNotContain("m1", details, StringComparison.Ordinal);
        Assert.DoesNotContain(Secret, list + show + details, StringComparison.Ordinal);
        // Looking takes nothing away.
        await HoldsAsync($"{Queue}_error", 2);
    }

    [Fact]
    public async Task A_retried_message_goes_back_where_it_came_from_as_it_was()
    {
        await DieAsync($"{Queue}_error", "m1");
        await DieAsync($"{Queue}_error", "m2");

        Assert.Equal((0, "1 sent back"), await RunAsync("retry", Queue, "m2"));
        await HoldsAsync($"{Queue}_error", 1);
        Assert.Equal((0, "1 sent back"), await RunAsync("retry", $"{Queue}_error", "--all"));
        Assert.Equal((0, "0 sent back"), await RunAsync("retry", Queue, "--all"));

        var first = (await _channel.BasicGetAsync(Queue, autoAck: true, Ct))!;
        var second = (await _channel.BasicGetAsync(Queue, autoAck: true, Ct))!;
        Assert.Equal(("m2", "m1"), (first.BasicProperties.MessageId, second.BasicProperties.MessageId));
        Assert.Equal(Body("m2"), first.Body);
        Assert.True(first.BasicProperties.Persistent);
        Assert.Equal("application/vnd.masstransit+json", first.BasicProperties.ContentType);
        // The client numbers what it wants confirmed.
        Assert.Equal(["traceparent"], first.BasicProperties.Headers!.Keys.Except(["x-delivery-count", "x-dotnet-pub-seq-no"]));
        Assert.False(first.Redelivered);
    }

    [Fact]
    public async Task Whoever_is_killed_between_sending_back_and_taking_away_doubles_a_message_and_loses_none()
    {
        await DieAsync($"{Queue}_error", "m1");
        await DieAsync($"{Queue}_error", "m2");

        var (killed, _) = await RunAsync(["retry", Queue, "--all"], ("VISUELS_CRASH_AT", "dead-letter.published"));
        Assert.Equal(137, killed);
        await HoldsAsync($"{Queue}_error", 2);

        Assert.Equal((0, "2 sent back"), await RunAsync("retry", Queue, "--all"));

        var ids = new List<string>();
        while (await _channel.BasicGetAsync(Queue, autoAck: true, Ct) is { } message)
        {
            ids.Add(message.BasicProperties.MessageId!);
        }

        Assert.Equal(["m1", "m1", "m2"], ids.Order());
    }

    [Fact]
    public async Task A_message_whose_queue_is_gone_stays_among_the_dead()
    {
        await DieAsync("chat-order-placed_skipped", "m1", skipped: true);

        var (code, output) = await RunAsync("retry", "chat-order-placed", "--all");

        Assert.Equal(1, code);
        Assert.Contains("stays where it is", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
        await HoldsAsync("chat-order-placed_skipped", 1);
    }

    [Fact]
    [Proves(Requirement.EventSchema)]
    public async Task What_is_no_message_of_ours_is_shown_without_harm()
    {
        var properties = new BasicProperties { MessageId = "m1\u001b[2J\r\nm2", Headers = new Dictionary<string, object?> { ["MT-Fault-ExceptionType"] = "Bad\u0007Type" } };
        await _channel.BasicPublishAsync("", $"{Queue}_error", mandatory: true, properties, Encoding.UTF8.GetBytes($"[\"{Secret}\""), Ct);
        await _channel.BasicPublishAsync("", $"{Queue}_error", mandatory: true, new BasicProperties(), Encoding.UTF8.GetBytes("17"), Ct);
        // No text, and a word that a terminal would show from right to left.
        var turned = new BasicProperties { Headers = new Dictionary<string, object?> { ["MT-Fault-ExceptionType"] = "\u202eTurned" } };
        await _channel.BasicPublishAsync(
            "", $"{Queue}_error", mandatory: true, turned, Encoding.UTF8.GetBytes("""{"messageType":["\ud800"],"sentTime":"\udc00"}"""), Ct);

        var (code, output) = await RunAsync("show", Queue);

        Assert.Equal(0, code);
        Assert.Equal(
            [$"{Queue}_error  m1[2Jm2  (no event)    BadType", $"{Queue}_error  (no id)  (no event)    unknown", $"{Queue}_error  (no id)  (no event)    Turned"],
            output.Split('\n'));
    }

    [Fact]
    public async Task What_cannot_be_done_is_one_line_and_an_exit_code()
    {
        Assert.Equal(2, (await RunAsync("remove", Queue)).ExitCode);
        Assert.Equal(2, (await RunAsync("retry", Queue)).ExitCode);
        Assert.Equal(2, (await RunAsync("list", Queue)).ExitCode);
        Assert.Contains("Usage", (await RunAsync()).Output, StringComparison.Ordinal);
        Assert.Equal((1, "There is no queue jobs-orders."), await RunAsync("show", "jobs-orders"));
        Assert.Equal((1, "There is no dead letter m9."), await RunAsync("retry", Queue, "m9"));
        Assert.Equal((1, "There is no dead letter m9."), await RunAsync("show", Queue, "m9"));
        Assert.Equal(
            (1, "RabbitMQ (ConnectionStrings:RabbitMq) does not answer."), await RunAsync("list", "--ConnectionStrings:RabbitMq=amqp://guest:guest@127.0.0.1:1/"));
        var (code, output) = await RunAsync("list", "--ConnectionStrings:RabbitMq=");
        Assert.Equal(1, code);
        Assert.Contains("not set", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    private static byte[] Body(string id) => JsonSerializer.SerializeToUtf8Bytes(new
    {
        messageId = id,
        messageType = new[] { "urn:message:Visuels.Contracts.Orders:OrderPlaced" },
        sentTime = "2026-01-02T03:04:01Z",
        message = new { title = Secret },
    });

    private async Task DieAsync(string queue, string id, bool skipped = false)
    {
        var headers = new Dictionary<string, object?> { ["traceparent"] = "00-1-2-01", ["MT-Reason"] = skipped ? "dead-letter" : "fault" };
        if (!skipped)
        {
            headers["MT-Fault-ExceptionType"] = "System.FormatException";
            headers["MT-Fault-Message"] = Secret;
            headers["MT-Fault-StackTrace"] = Secret;
            headers["MT-Fault-ConsumerType"] = "Visuels.Jobs.Consumers.OrderPlacedConsumer";
            headers["MT-Fault-Timestamp"] = Encoding.UTF8.GetBytes("2026-01-02T03:04:05.0000000Z");
        }

        var properties = new BasicProperties { MessageId = id, Headers = headers, ContentType = "application/vnd.masstransit+json" };
        await _channel.BasicPublishAsync("", queue, mandatory: true, properties, Body(id), Ct);
    }

    /// <summary>What somebody has looked at is back in its queue a moment after they have gone.</summary>
    private Task HoldsAsync(string queue, uint count) =>
        Eventually.Until(async () => await _channel.MessageCountAsync(queue, Ct) == count, $"{queue} holds {count}");

    private Task<(int ExitCode, string Output)> RunAsync(params string[] args) => RunAsync(args, ("VISUELS_CRASH_AT", null));

    private Task<(int ExitCode, string Output)> RunAsync(string[] args, (string Name, string? Value) variable) => ProgramProcess.RunAsync(
        "Visuels.Jobs.dll",
        ["dead-letters", .. args],
        Ct,
        new Dictionary<string, string?>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Development",
            ["ConnectionStrings__RabbitMq"] = _node.ConnectionString,
            [variable.Name] = variable.Value,
        });
}
