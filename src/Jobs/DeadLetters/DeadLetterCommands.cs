using System.Globalization;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.Jobs.DeadLetters;

/// <summary>
/// What the operator does about messages of any service that were given up: <c>dead-letters list</c>, <c>show QUEUE [ID]</c>,
/// <c>retry QUEUE ID</c> or <c>retry QUEUE --all</c>. What follows is configuration, as for the service itself.
/// </summary>
internal static class DeadLetterCommands
{
    private const string Usage = """
        Usage:
          dead-letters list                 the queues that hold any: how many, how old, why
          dead-letters show QUEUE [ID]      what they are and why they failed, or one of them
          dead-letters retry QUEUE ID       sends one back to the queue it came from
          dead-letters retry QUEUE --all    sends all back
        """;

    public static bool Concerns(string[] args) => args is ["dead-letters", ..];

    /// <returns>The process's exit code: 0 when done, 1 when not, 2 when the command is not understood.</returns>
    public static async Task<int> RunAsync(string[] args, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        var words = args.Skip(1).TakeWhile(word => word == "--all" || !word.StartsWith('-')).ToArray();
        if (words is not (["list"] or ["show", not "--all"] or ["show", not "--all", not "--all"] or ["retry", not "--all", _]))
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }

        var queues = words is [_, var name, ..] ? DeadLetterQueues.Named(name) : DeadLetterQueues.All;
        if (queues.Count == 0)
        {
            await errors.WriteLineAsync($"There is no queue {words[1]}.");
            return 1;
        }

        try
        {
            // For its configuration only.
            var configuration = ServiceHost.CreateEdgeBuilder(JobsService.Identity, args[(1 + words.Length)..]).Configuration;
            if (!Uri.TryCreate(configuration.GetConnectionString("RabbitMq"), UriKind.Absolute, out var broker) || broker.Scheme is not ("amqp" or "amqps"))
            {
                await errors.WriteLineAsync("ConnectionStrings:RabbitMq is not set, or does not look like amqp://user:password@host:5672/.");
                return 1;
            }

            await using var connection = await DeadLetterQueues.ConnectAsync(broker, ct);
            var letters = new DeadLetterQueues(connection);
            return words switch
            {
                ["list"] => await ListAsync(letters, queues, output, ct),
                ["show", _] => await ShowAsync(letters, queues, output, ct),
                ["show", _, var id] => await ShowAsync(letters, queues, id, output, errors, ct),
                _ => await RetryAsync(letters, queues, words[2] == "--all" ? null : words[2], output, errors, ct),
            };
        }
        catch (PublishException)
        {
            await errors.WriteLineAsync("The queue that the message came from is not there, or takes nothing: start its service first. The message stays where it is.");
            return 1;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.AccessRefused)
        {
            await errors.WriteLineAsync("The user of ConnectionStrings:RabbitMq may not do this: it needs one that reads the dead letter queues and writes to the default exchange.");
            return 1;
        }
        catch (Exception e) when (e is BrokerUnreachableException or OperationInterruptedException or AlreadyClosedException or OperationCanceledException or TimeoutException or IOException)
        {
            await errors.WriteLineAsync("RabbitMQ (ConnectionStrings:RabbitMq) does not answer.");
            return 1;
        }
        catch (Exception e) when (ServiceHost.StartFailure(e) is { } reason)
        {
            await errors.WriteLineAsync(reason);
            return 1;
        }
    }

    private static async Task<int> ListAsync(DeadLetterQueues queues, IReadOnlyList<string> names, TextWriter output, CancellationToken ct)
    {
        var total = 0u;
        foreach (var queue in names)
        {
            var count = await queues.CountAsync(queue, ct);
            if (count == 0)
            {
                continue;
            }

            total += count;
            var letters = await queues.ReadAsync(queue, ct);
            var oldest = letters.Min(letter => letter.FailedAt ?? letter.SentAt);
            var reasons = letters.GroupBy(letter => letter.Reason).OrderByDescending(reason => reason.Count()).Select(reason => $"{reason.Key} ({reason.Count()})");
            await output.WriteLineAsync(Line($"{queue}  {count}  oldest {Age(oldest)}  {string.Join(", ", reasons)}"));
        }

        await output.WriteLineAsync(Line($"{total} in all"));
        return 0;
    }

    private static async Task<int> ShowAsync(DeadLetterQueues queues, IReadOnlyList<string> names, TextWriter output, CancellationToken ct)
    {
        foreach (var queue in names)
        {
            foreach (var letter in await queues.ReadAsync(queue, ct))
            {
                await output.WriteLineAsync(Line($"{queue}  {letter.Id ?? "(no id)"}  {letter.Type ?? "(no event)"}  {letter.FailedAt:u}  {letter.Reason}"));
            }
        }

        return 0;
    }

    private static async Task<int> ShowAsync(
        DeadLetterQueues queues, IReadOnlyList<string> names, string id, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        foreach (var queue in names)
        {
            if ((await queues.ReadAsync(queue, ct)).FirstOrDefault(letter => letter.Id == id) is { } letter)
            {
                await output.WriteLineAsync(Line($"""
                    queue     {queue}
                    id        {letter.Id}
                    event     {letter.Type ?? "(none of ours)"}
                    sent      {letter.SentAt:u}
                    failed    {letter.FailedAt:u}
                    reason    {letter.Reason}
                    consumer  {letter.Consumer}
                    """));
                return 0;
            }
        }

        return await NotThereAsync(id, errors);
    }

    private static async Task<int> RetryAsync(
        DeadLetterQueues queues, IReadOnlyList<string> names, string? id, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        var retried = 0;
        foreach (var queue in names)
        {
            retried += await queues.RetryAsync(queue, id, ct);
        }

        if (retried == 0 && id is not null)
        {
            return await NotThereAsync(id, errors);
        }

        await output.WriteLineAsync(Line($"{retried} sent back"));
        return 0;
    }

    private static async Task<int> NotThereAsync(string id, TextWriter errors)
    {
        await errors.WriteLineAsync($"There is no dead letter {id}.");
        return 1;
    }

    private static string Age(DateTimeOffset? time) => time is { } at ? Line($"{DateTimeOffset.UtcNow - at:d\\.hh\\:mm\\:ss} ago") : "unknown";

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
