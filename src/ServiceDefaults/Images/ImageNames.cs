using System.Buffers;
using System.Security.Cryptography;

namespace Visuels.ServiceDefaults.Images;

/// <summary>Names of stored images: random, never used twice.</summary>
public static class ImageNames
{
    private const int Digits = 32;
    private static readonly SearchValues<char> Hex = SearchValues.Create("0123456789abcdef");

    /// <summary>A new name.</summary>
    /// <param name="image">What it is for; decides the extension.</param>
    public static string New(ProcessedImage image) => $"{RandomNumberGenerator.GetHexString(Digits, lowercase: true)}.{image.Extension}";

    /// <summary>Whether an image can have this name. What is no name never reaches the file system or a search expression.</summary>
    internal static bool IsName(string name) =>
        name.Length > Digits && name.AsSpan(0, Digits).IndexOfAnyExcept(Hex) < 0 && name[Digits..] is ".jpg" or ".webp";
}
