namespace Visuels.Benchmarks;

/// <summary>One kind of operation, put again and again by a number of callers, each waiting for its answer.</summary>
internal abstract class Benchmark
{
    public abstract string Name { get; }

    /// <summary>Operations per second on two cores that somebody has asked for.</summary>
    public virtual int? Goal => null;

    public virtual int Callers => 16;

    /// <summary>Everything that is not to be measured.</summary>
    public abstract Task PrepareAsync();

    /// <summary>One operation. It throws when the answer is wrong: the speed of wrong answers is worth nothing.</summary>
    public abstract Task RunAsync(Random random);

    /// <summary>Checks what all operations together have left behind.</summary>
    /// <param name="operations">How many there were, warming up included.</param>
    public virtual Task CheckAsync(long operations) => Task.CompletedTask;

    protected static void Require(bool condition, string what)
    {
        if (!condition)
        {
            throw new InvalidOperationException($"wrong answer: {what}");
        }
    }
}

/// <summary>Two benchmarks side by side: how many times the first costs what the second does.</summary>
/// <param name="Of">The name of the first.</param>
/// <param name="Against">The name of the second.</param>
/// <param name="Limit">The most CPU time it may be; null where it only informs.</param>
internal sealed record Comparison(string Of, string Against, double? Limit = null);
