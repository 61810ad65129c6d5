using Visuels.Auth.Codes;
using Visuels.Testing.Requirements;

namespace Visuels.Auth.Tests;

public class CodeDigitTests
{
    private const int Codes = 100_000;
    private const int Buckets = 1_000;

    [Fact]
    [Proves(Requirement.CodesMade)]
    [Proves("T3")]
    public void A_hundred_thousand_codes_look_like_chance()
    {
        Assert.True(LooksLikeChance(code => int.Parse(code.AsSpan(0, 3), provider: null)));
        Assert.True(LooksLikeChance(code => int.Parse(code.AsSpan(3), provider: null)));
    }

    private static bool LooksLikeChance(Func<string, int> bucketOf)
    {
        var counts = new int[Buckets];
        for (var i = 0; i < Codes; i++)
        {
            var code = OneTimeCodes.NewDigits();
            Assert.Equal(Code.Digits, code.Length);
            counts[bucketOf(code)]++;
        }

        const double expected = (double)Codes / Buckets;
        var chiSquare = counts.Sum(count => (count - expected) * (count - expected) / expected);

        // Wilson and Hilferty's approximation of the quantiles which chance itself misses once in a hundred million: too even is no chance either.
        return chiSquare < Quantile(5.73) && chiSquare > Quantile(-5.73);
    }

    private static double Quantile(double normal)
    {
        const double freedom = Buckets - 1;
        const double share = 2 / (9 * freedom);
        return freedom * Math.Pow(1 - share + (normal * Math.Sqrt(share)), 3);
    }
}
