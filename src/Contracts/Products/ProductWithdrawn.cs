namespace Visuels.Contracts.Products;

/// <summary>An artist archived an artwork: it can no longer be ordered, while existing orders live on.</summary>
/// <param name="ProductId">The artwork.</param>
/// <param name="Version">Version of the artwork; readers keep the highest they have seen.</param>
/// <param name="ArtistId">Its owner.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record ProductWithdrawn(
    string ProductId,
    long Version,
    string ArtistId,
    DateTimeOffset At);
