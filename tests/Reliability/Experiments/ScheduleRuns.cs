using System.Collections.Concurrent;
using Visuels.Reliability.Rig;

namespace Visuels.Reliability.Experiments;

/// <summary>Asks two instances of each service to run each of its schedules, many times at once.</summary>
internal static class ScheduleRuns
{
    private const int Times = 8;

    /// <summary>How many runs there were, and how many pairs of the same schedule ran at the same time.</summary>
    public static async Task<(int Runs, int Overlaps)> RaceAsync(Marketplace market, IReadOnlyDictionary<string, ServiceProcess> seconds, CancellationToken ct)
    {
        var (runs, overlaps) = (0, 0);
        foreach (var (service, second) in seconds)
        {
            Uri[] instances = [new(market[service].Address, "internal/schedules/"), new(second.Address, "internal/schedules/")];
            var list = await market.Shop.SendAsServiceAsync(HttpMethod.Get, instances[0], "jobs", service, ct);
            if (!list.IsSuccess)
            {
                // This service does nothing by itself.
                continue;
            }

            foreach (var name in list.Json.GetProperty("schedules").EnumerateArray().Select(schedule => schedule.GetProperty("name").GetString()))
            {
                var times = new ConcurrentBag<(DateTimeOffset From, DateTimeOffset To)>();
                await Load.RunAsync(
                    Enumerable.Range(0, Times),
                    Times,
                    async number =>
                    {
                        var answer = await market.Shop.SendAsServiceAsync(HttpMethod.Post, new Uri(instances[number % 2], $"{name}/run"), "jobs", service, ct);
                        if (answer.IsSuccess)
                        {
                            times.Add((answer.Json.GetProperty("startedAt").GetDateTimeOffset(), answer.Json.GetProperty("endedAt").GetDateTimeOffset()));
                        }
                    },
                    ct);
                var inOrder = times.Order().ToList();
                runs += inOrder.Count;
                overlaps += inOrder.Zip(inOrder.Skip(1)).Count(pair => pair.Second.From < pair.First.To);
            }
        }

        return (runs, overlaps);
    }
}
