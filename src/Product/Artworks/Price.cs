using Visuels.ServiceDefaults.Money;

namespace Visuels.Products.Artworks;

/// <summary>A price of one edition.</summary>
/// <param name="Minor">Amount in minor units.</param>
/// <param name="Currency">ISO 4217 code.</param>
/// <param name="Rank">Thousandths of the major unit: what filters and sorts compare, as currencies differ in their decimals.</param>
internal sealed record Price(long Minor, string Currency, long Rank)
{
    public const decimal Most = 1_000_000_000m;

    private const int RanksPerMajor = 1_000;

    public decimal Major => Currencies.ToMajor(Minor, Currency);

    /// <summary>The price, or null when it is not positive, too high, or finer than the currency's smallest coin.</summary>
    public static Price? Of(decimal major, string currency)
    {
        if (major is <= 0 or > Most)
        {
            return null;
        }

        var rank = RankOf(major);
        var ranksPerMinor = RanksPerMajor / (long)Math.Pow(10, Currencies.DecimalsOf(currency));
        return rank == major * RanksPerMajor && rank % ranksPerMinor == 0 ? new Price(rank / ranksPerMinor, currency, rank) : null;
    }

    /// <summary>What <see cref="Rank"/> is compared with; rounds down.</summary>
    public static long RankOf(decimal major) => (long)decimal.Floor(major * RanksPerMajor);
}
