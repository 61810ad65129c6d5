using System.Collections.Concurrent;

namespace Visuels.Fuzz;

/// <summary>An answer, or a state, that ought not to be.</summary>
/// <param name="Where">Operation or sequence.</param>
/// <param name="Rule">The rule that was broken.</param>
/// <param name="Evidence">What was sent and what came back.</param>
internal sealed record Finding(string Where, string Rule, string Evidence);

/// <summary>All that was found; of many alike the first is shown.</summary>
internal sealed class Findings
{
    private readonly ConcurrentDictionary<(string Where, string Rule), (Finding First, int Count)> _found = new();

    public bool Any => !_found.IsEmpty;

    public int Count => _found.Count;

    public IEnumerable<Finding> All => _found.Values.Select(found => found.First);

    public void Add(Finding finding) => _found.AddOrUpdate(
        (finding.Where, finding.Rule), _ => (finding, 1), (_, known) => (known.First, known.Count + 1));

    public void Print(TextWriter output)
    {
        foreach (var (first, count) in _found.Values.OrderBy(found => found.First.Where, StringComparer.Ordinal))
        {
            output.WriteLine($"\n{first.Where}: {first.Rule} ({count} times)\n{first.Evidence}");
        }
    }
}
