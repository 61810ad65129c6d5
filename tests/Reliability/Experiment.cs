using Visuels.Reliability.Rig;

namespace Visuels.Reliability;

/// <summary>One line of the table.</summary>
/// <param name="What">What was looked at.</param>
/// <param name="Reached">The figure that was reached.</param>
/// <param name="Asked">The figure that was asked for.</param>
/// <param name="Holds">Whether the one satisfies the other.</param>
internal sealed record Row(string What, string Reached, string Asked, bool Holds)
{
    /// <summary>A figure that explains others; nothing is asked of it.</summary>
    public static Row Told(string what, string figure) => new(what, figure, "told only", true);
}

/// <summary>What an experiment is given.</summary>
/// <param name="Market">A marketplace that runs and is quiet.</param>
/// <param name="Random">Seeded; every draw comes from it.</param>
/// <param name="Scale">1 for the full size.</param>
/// <param name="Patience">How long the consequences may take before they count as lost.</param>
internal sealed record Trial(Marketplace Market, Random Random, double Scale, TimeSpan Patience)
{
    /// <summary>A number of the full size, at this scale; at least the least.</summary>
    public int Scaled(int full, int least = 1) => Math.Max(least, (int)Math.Round(full * Scale));
}

/// <summary>One experiment: a file in the folder Experiments, named in <see cref="Experiments.AllExperiments"/>.</summary>
internal abstract class Experiment
{
    /// <summary>E1, E2 and so on.</summary>
    public abstract string Name { get; }

    /// <summary>What is done, in one line.</summary>
    public abstract string What { get; }

    /// <summary>
    /// Settings of all services. Experiments with none share a marketplace, which is put right after each; those with some get one of
    /// their own.
    /// </summary>
    public virtual IReadOnlyDictionary<string, string?> Settings { get; } = new Dictionary<string, string?>();

    /// <summary>Runs it. Whatever it killed, stopped or altered is put right afterwards.</summary>
    public abstract Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct);
}
