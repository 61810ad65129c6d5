using System.Globalization;

namespace Visuels.Benchmarks;

internal static class Report
{
    public static void Write(IReadOnlyList<Result> results, IReadOnlyList<Comparison> comparisons)
    {
        Line($"{"",-38}{"req/s",10}{"CPU µs/op",11}{"kB/op",8}{"p50 ms",9}{"p99 ms",9}{"goal",9}{"reached",9}");
        foreach (var result in results)
        {
            var goal = result.Benchmark.Goal;
            Line($"{result.Benchmark.Name,-38}{result.PerSecond,10:N0}{result.CpuMicroseconds,11:F1}{result.Kilobytes,8:F1}{result.Percentile(0.5),9:F2}{result.Percentile(0.99),9:F2}{goal,9:N0}{result.PerSecond / goal,9:P0}");
        }

        Console.WriteLine();
        foreach (var comparison in comparisons)
        {
            if (Find(results, comparison.Of) is { } of && Find(results, comparison.Against) is { } against)
            {
                // On a machine that does other work, too, CPU time says more than time.
                var cpu = of.CpuMicroseconds / against.CpuMicroseconds;
                var limit = comparison.Limit is { } most ? string.Create(CultureInfo.InvariantCulture, $", at most ×{most}: {(cpu <= most ? "kept" : "missed")}") : "";
                Line($"{comparison.Of} costs ×{cpu:F2} the CPU{limit} and ×{of.TimesAsLongAs(against):F2} the time of {comparison.Against}");
            }
        }
    }

    private static Result? Find(IReadOnlyList<Result> results, string name) => results.FirstOrDefault(r => r.Benchmark.Name == name);

    private static void Line(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
