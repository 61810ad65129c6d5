namespace Visuels.Products.Artworks;

internal sealed record Dimension
{
    public decimal? Width { get; init; }

    public decimal? Height { get; init; }

    public decimal? Depth { get; init; }

    /// <summary>One of <see cref="Orientations"/>.</summary>
    public string? Orientation { get; init; }

    /// <summary>One of <see cref="Units"/>.</summary>
    public string Unit { get; init; } = Units.Centimetre;
}

internal static class Orientations
{
    public const string Landscape = "LANDSCAPE";
    public const string Portrait = "PORTRAIT";
    public const string Square = "SQUARE";
}

internal static class Units
{
    public const string Centimetre = "CM";
    public const string Inch = "INCH";
}
