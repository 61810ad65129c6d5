namespace Visuels.ServiceDefaults.Money;

/// <summary>How many decimals a currency has (ISO 4217). Amounts are stored and sent between services in minor units.</summary>
public static class Currencies
{
    private static readonly HashSet<string> WithoutDecimals =
        ["BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF", "XOF", "XPF"];

    private static readonly HashSet<string> WithThreeDecimals = ["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"];

    /// <summary>Decimals of a currency: 2 for most.</summary>
    /// <param name="currency">ISO 4217 code.</param>
    public static int DecimalsOf(string currency) =>
        WithoutDecimals.Contains(currency) ? 0 : WithThreeDecimals.Contains(currency) ? 3 : 2;

    /// <summary>The amount in major units, as people write it: 1999 USD cents are 19.99.</summary>
    /// <param name="minor">Amount in minor units.</param>
    /// <param name="currency">ISO 4217 code.</param>
    public static decimal ToMajor(long minor, string currency) => DecimalsOf(currency) switch
    {
        0 => minor,
        3 => minor / 1000m,
        _ => minor / 100m,
    };
}
