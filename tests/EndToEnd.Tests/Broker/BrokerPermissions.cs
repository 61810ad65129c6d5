using System.Text.Encodings.Web;
using System.Text.Json;
using MassTransit.RabbitMqTransport;
using Visuels.Contracts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.EndToEnd.Tests.Broker;

/// <summary>
/// What each service's user may do on the broker, by the table of events. A service has its own queues and whatever MassTransit makes of their
/// names; it declares and binds the queues of its events' readers; it reads, by binding, from the events that it consumes; and it writes to its own.
/// </summary>
internal static class BrokerPermissions
{
    private static readonly RabbitMqMessageNameFormatter Names = new();
    private static readonly JsonSerializerOptions Layout = new() { WriteIndented = true, NewLine = "\n", Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The whole file, as the broker imports it.</summary>
    public static string File() => JsonSerializer.Serialize(
        new
        {
            vhosts = new[] { new { name = "/" } },
            permissions = TokenRules.Services.Select(Of).Append(Operator()),
        },
        Layout) + "\n";

    public static string Exchange(Type type) => Names.GetMessageName(type);

    public static bool IsOf(string service, string queue) => queue.StartsWith($"{service}-", StringComparison.Ordinal);

    /// <summary>Whether a service has a queue, or each of its instances one of its own, for an event.</summary>
    public static bool Reads(string service, Type type) =>
        EventRoutes.Queues[type] is { Count: 0 } || EventRoutes.Queues[type].Any(queue => IsOf(service, queue));

    private static object Of(string service)
    {
        var own = $"{service}-.*";
        var published = EventRoutes.Publishers.Where(publisher => publisher.Value == service).Select(publisher => publisher.Key).ToList();
        var consumed = EventRoutes.Queues.Keys.Where(type => Reads(service, type));
        var readers = published.SelectMany(type => EventRoutes.Queues[type]).Where(queue => !IsOf(service, queue)).ToList();
        var bound = published.Union(consumed).Select(Pattern).ToList();
        return new
        {
            user = service,
            vhost = "/",
            configure = Any([own, .. bound, .. readers]),
            write = Any([own, .. published.Select(Pattern), .. readers]),
            read = Any([own, .. bound]),
        };
    }

    /// <summary>Looks at what was given up, and sends it back to the queue it came from.</summary>
    private static object Operator() => new
    {
        user = "operator",
        vhost = "/",
        configure = "^$",
        write = Any(["amq[.]default"]),
        read = Any([$"({string.Join('|', TokenRules.Services)})-.*_(error|skipped)"]),
    };

    private static string Pattern(Type type) => Exchange(type).Replace(".", "[.]", StringComparison.Ordinal);

    private static string Any(IEnumerable<string> patterns) => $"^({string.Join('|', patterns)})$";
}
