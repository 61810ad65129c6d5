using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.Sequences;

/// <summary>Runs sequences against the services and a model of them, and shortens those at which they differ.</summary>
internal sealed class SequenceRunner(Market market, Findings findings, int seed)
{
    private const int MostTries = 150;

    private int _steps;

    /// <summary>Wrong rules for the model; for tests of this program.</summary>
    public Lies Lies { get; init; } = new();

    /// <summary>So many differences are enough to look at.</summary>
    public int Enough { get; init; } = 20;

    /// <summary>So many sequences at a time; with one, they take their turns.</summary>
    public int Workers { get; init; } = 6;

    /// <summary>Steps that were done, of all sequences.</summary>
    public int Steps => _steps;

    public async Task RunAsync(int sequences)
    {
        using var calls = new Calls(market);
        await Parallel.ForEachAsync(Enumerable.Range(0, sequences), new ParallelOptions { MaxDegreeOfParallelism = Workers }, async (number, _) =>
        {
            if (findings.Count >= Enough)
            {
                return;
            }

            var steps = Step.Sequence(new Random(unchecked((seed * 1_000_003) + number)));
            if (await TryAsync(calls, steps) is { } mismatch)
            {
                var (shortest, reason) = await ShortenAsync(calls, steps, mismatch);
                findings.Add(new Finding(
                    $"sequence {number}", Kind(reason), $"  seed {seed}, {steps.Count} steps, shortened to:\n  {string.Join("\n  ", shortest)}\n  {reason}"));
            }
        });
    }

    /// <summary>The first difference, or null.</summary>
    private async Task<string?> TryAsync(Calls calls, IReadOnlyList<Step> steps)
    {
        var cast = await Cast.ComeAsync(market, calls);
        var notes = new Notes();
        var orders = new Orders(cast, notes, Lies);
        var (shelf, carts, talks, doors) = (new Shelf(cast), new Carts(cast, orders), new Talks(cast, notes, Lies), new Doors(cast));
        var at = "";
        try
        {
            foreach (var step in steps)
            {
                at = $"at {step}: ";
                Interlocked.Increment(ref _steps);
                _ = await shelf.DoAsync(step) || await carts.DoAsync(step) || await orders.DoAsync(step) || await talks.DoAsync(step) || await doors.DoAsync(step);
            }

            at = "in the end: ";
            await cast.SettleAsync();
            await shelf.CompareAsync();
            await carts.CompareAsync();
            await orders.CompareAsync();
            await talks.CompareAsync();
            await doors.CompareAsync();
            return null;
        }
        catch (Exception e) when (e is MismatchException or TimeoutException or InvalidOperationException or NullReferenceException or KeyNotFoundException)
        {
            return at + e.Message;
        }
    }

    /// <summary>Leaves out steps as long as there is still a difference.</summary>
    private async Task<(IReadOnlyList<Step> Steps, string Reason)> ShortenAsync(Calls calls, IReadOnlyList<Step> steps, string reason)
    {
        var tries = 0;
        for (var size = steps.Count / 2; size > 0 && tries < MostTries; size /= 2)
        {
            for (var from = 0; from < steps.Count && tries < MostTries;)
            {
                var fewer = steps.Where((_, i) => i < from || i >= from + size).ToList();
                tries++;
                if (await TryAsync(calls, fewer) is { } still)
                {
                    (steps, reason) = (fewer, still);
                }
                else
                {
                    from += size;
                }
            }
        }

        return (steps, reason);
    }

    private static string Kind(string reason) => reason.Length > 100 ? reason[..100] : reason;
}
