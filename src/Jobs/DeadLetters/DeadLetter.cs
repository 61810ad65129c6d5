using System.Globalization;
using System.Text;
using System.Text.Json;
using RabbitMQ.Client;

namespace Visuels.Jobs.DeadLetters;

/// <summary>What may be told about a dead message: never what it says, nor what an exception said about it.</summary>
/// <param name="Id">The message's id; null where its sender gave it none.</param>
/// <param name="Type">Simple name of the event; null where the message is none of ours.</param>
/// <param name="SentAt">When it was published, UTC.</param>
/// <param name="FailedAt">When it was given up, UTC.</param>
/// <param name="Reason">Type of the last exception, or why nobody looked at it.</param>
/// <param name="Consumer">Type of the consumer that failed.</param>
internal sealed record DeadLetter(string? Id, string? Type, DateTimeOffset? SentAt, DateTimeOffset? FailedAt, string Reason, string? Consumer)
{
    private const int LongestWord = 200;

    public static DeadLetter From(BasicGetResult message)
    {
        var (type, sentAt) = ReadEnvelope(message.Body);
        var reason = Header(message, "MT-Fault-ExceptionType")
            ?? (Header(message, "MT-Reason") == "dead-letter" ? "no consumer takes this type" : "unknown");
        return new DeadLetter(
            Word(message.BasicProperties.MessageId), type, sentAt, Time(Header(message, "MT-Fault-Timestamp")), reason, Header(message, "MT-Fault-ConsumerType"));
    }

    /// <summary>Whether a header tells only of an earlier delivery.</summary>
    public static bool IsOfDelivery(string name) => name.StartsWith("MT-Fault-", StringComparison.Ordinal) || name is "MT-Reason" or "x-delivery-count";

    private static (string? Type, DateTimeOffset? SentAt) ReadEnvelope(ReadOnlyMemory<byte> body)
    {
        try
        {
            using var envelope = JsonDocument.Parse(body);
            var root = envelope.RootElement;
            return root.ValueKind != JsonValueKind.Object
                ? (null, null)
                : (root.TryGetProperty("messageType", out var types) && types is { ValueKind: JsonValueKind.Array } && types.GetArrayLength() > 0
                        ? Word(types[0].ToString().Split(':')[^1]) : null,
                    root.TryGetProperty("sentTime", out var sent) ? Time(sent.ToString()) : null);
        }
        // Also JSON whose strings are no text, such as half of a surrogate pair.
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return (null, null);
        }
    }

    private static string? Header(BasicGetResult message, string name) =>
        message.BasicProperties.Headers?.TryGetValue(name, out var value) != true ? null
            : Word(value is byte[] bytes ? Encoding.UTF8.GetString(bytes) : value?.ToString());

    private static DateTimeOffset? Time(string? text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) ? time : null;

    // Whoever can write to the broker could otherwise write to the operator's terminal.
    private static string? Word(string? text) => string.IsNullOrEmpty(text)
        ? null
        : new string([.. text.Where(c => !char.IsControl(c) && !char.IsWhiteSpace(c) && char.GetUnicodeCategory(c) != UnicodeCategory.Format).Take(LongestWord)]);
}
