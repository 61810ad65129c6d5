namespace Visuels.ServiceDefaults.Images;

/// <summary>An upload after decoding and encoding anew: nothing of the original file is left but its pixels.</summary>
/// <param name="Bytes">The encoded image.</param>
/// <param name="Extension"><c>jpg</c> or <c>webp</c>.</param>
/// <param name="Width">Pixels.</param>
/// <param name="Height">Pixels.</param>
/// <param name="Placeholder">A few blurred pixels as a <c>data:</c> URI.</param>
/// <param name="Color">Dominant colour, <c>#rrggbb</c>.</param>
public sealed record ProcessedImage(byte[] Bytes, string Extension, int Width, int Height, string Placeholder, string Color);
