namespace Visuels.Contracts.Products;

/// <summary>
/// An artist archived an artwork: it can no longer be ordered, while existing orders live on. Carries all that readers need: it may be the
/// first that they see of the artwork.
/// </summary>
/// <param name="ProductId">The artwork.</param>
/// <param name="Version">Version of the artwork; readers keep the highest they have seen.</param>
/// <param name="ArtistId">Its owner.</param>
/// <param name="Title">Its title.</param>
/// <param name="PriceMinor">Price of one edition in minor units (cents).</param>
/// <param name="Currency">ISO 4217 code of <paramref name="PriceMinor"/>.</param>
/// <param name="ImageUrl">Absolute URL of the primary image.</param>
/// <param name="Editions">How many can be sold, 1 to 1,000; never changes.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record ProductWithdrawn(
    string ProductId,
    long Version,
    string ArtistId,
    string Title,
    long PriceMinor,
    string Currency,
    string ImageUrl,
    int Editions,
    DateTimeOffset At);
