using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>
/// What the operator does about parked events, at a shell beside the store: <c>parked-events list</c>, <c>parked-events retry ID</c> or
/// <c>--all</c>. What follows is configuration, as for the service itself. Shows ids, types, times and reasons, never what an event says.
/// </summary>
internal static class ParkedEventsCommand
{
    private const string Usage = """
        Usage:
          parked-events list           the events that were given up, at most 100 of a collection
          parked-events retry ID       puts one of them back into its outbox
          parked-events retry --all    puts all of those back
        """;

    public static bool Concerns(IReadOnlyList<string> args) => args is ["parked-events", ..];

    /// <summary>What of a command line is configuration. To configuration, a bare <c>--all</c> would swallow the argument after it.</summary>
    public static string[] ConfigurationOf(string[] args) => args switch
    {
        ["parked-events", "retry", _, .. var rest] => rest,
        ["parked-events", _, .. var rest] => rest,
        _ => args,
    };

    /// <returns>The process's exit code: 0 when done, 1 when not, 2 when the command is not understood.</returns>
    public static async Task<int> RunAsync(IReadOnlyList<string> args, Func<WebApplication> build, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        var wanted = Guid.Empty;

        if (args is not ([_, "list", ..] or [_, "retry", "--all", ..])
            && !(args is [_, "retry", var id, ..] && Guid.TryParse(id, CultureInfo.InvariantCulture, out wanted)))
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            // Built for its stores, never started: the service itself may be running beside this.
            await using var app = build();
            var found = await FindAsync(app, wanted, ct);

            if (args[1] == "list")
            {
                foreach (var (collection, document, parked) in found)
                {
                    await output.WriteLineAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"{parked.Entry.Id}  {parked.Entry.Type}  {collection.Name}/{document.Id}  {parked.Reason}  {parked.At:u}"));
                }

                return 0;
            }

            if (found.Count == 0 && wanted != Guid.Empty)
            {
                await errors.WriteLineAsync($"There is no parked event {wanted}.");
                return 1;
            }

            var released = 0;
            foreach (var (collection, document, parked) in found)
            {
                released += await collection.ReleaseAsync(document, parked, ct) ? 1 : 0;
            }

            await output.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{released} put back; the relay publishes them within seconds."));
            return 0;
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            await errors.WriteLineAsync("MongoDB (ConnectionStrings:Mongo) does not answer.");
            return 1;
        }
    }

    private static async Task<IReadOnlyList<(OutboxCollection Collection, OutboxDocument Document, ParkedEvent Parked)>> FindAsync(
        WebApplication app, Guid wanted, CancellationToken ct)
    {
        var found = new List<(OutboxCollection, OutboxDocument, ParkedEvent)>();

        foreach (var collection in app.Services.GetServices<ICreatesIndexes>().OfType<OutboxCollection>())
        {
            foreach (var document in await collection.ParkedAsync(wanted, ct))
            {
                found.AddRange(document.Outbox.Parked!
                    .Where(parked => wanted == Guid.Empty || parked.Entry.Id == wanted)
                    .Select(parked => (collection, document, parked)));
            }
        }

        return found;
    }
}
