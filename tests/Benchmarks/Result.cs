namespace Visuels.Benchmarks;

/// <summary>What one round took. Client and server are one process, so CPU and memory are those of both.</summary>
internal sealed record Measurement(TimeSpan Elapsed, TimeSpan Cpu, long Allocated, TimeSpan[] Latencies)
{
    public int Operations => Latencies.Length;
}

/// <summary>A benchmark with its rounds.</summary>
internal sealed class Result(Benchmark benchmark)
{
    public Benchmark Benchmark { get; } = benchmark;

    public Measurement? Warmed { get; set; }

    public List<Measurement> Rounds { get; } = [];

    public double PerSecond => Median(r => r.Operations / r.Elapsed.TotalSeconds);

    /// <summary>Of the best round: what other processes do to the caches only ever adds to it.</summary>
    public double CpuMicroseconds => Rounds.Min(r => r.Cpu.TotalMicroseconds / r.Operations);

    public double Kilobytes => Median(r => r.Allocated / 1024.0 / r.Operations);

    public double Percentile(double share) => Median(r => r.Latencies[(int)(share * (r.Operations - 1))].TotalMilliseconds);

    /// <summary>How many times the time of the other an operation takes, compared round by round.</summary>
    public double TimesAsLongAs(Result other) => Median(
        Rounds.Zip(other.Rounds, (mine, theirs) => theirs.Operations / theirs.Elapsed.TotalSeconds * mine.Elapsed.TotalSeconds / mine.Operations));

    private double Median(Func<Measurement, double> figure) => Median(Rounds.Select(figure));

    private static double Median(IEnumerable<double> figures) => figures.Order().ElementAt(Settings.Rounds / 2);
}
