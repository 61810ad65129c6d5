using System.Collections.Concurrent;

namespace Visuels.Reliability.Rig;

/// <summary>Every answer of a load, and figures about them.</summary>
internal sealed class Tally
{
    private readonly ConcurrentBag<Answer> _answers = [];

    public IReadOnlyCollection<Answer> Answers => _answers;

    public void Add(Answer answer) => _answers.Add(answer);

    public int Count(Func<Answer, bool> predicate) => _answers.Count(predicate);

    /// <summary>How many answers of each kind: "4,981 × 201, 19 × HttpRequestException".</summary>
    public string Kinds => string.Join(", ", _answers.GroupBy(answer => answer.ToString()).OrderByDescending(kind => kind.Count()).Select(kind => $"{kind.Count()} × {kind.Key}"));

    /// <summary>The latency that this share of the answers (of those chosen) kept below; zero where there are none.</summary>
    /// <param name="share">0.99 for p99; 1 for the longest.</param>
    /// <param name="chosen">Which answers count; those with a status unless told.</param>
    public TimeSpan Percentile(double share, Func<Answer, bool>? chosen = null)
    {
        var sorted = _answers.Where(chosen ?? (answer => answer.Status is not null)).Select(answer => answer.Took).Order().ToList();
        return sorted.Count == 0 ? TimeSpan.Zero : sorted[Math.Min(sorted.Count - 1, (int)(share * sorted.Count))];
    }
}
