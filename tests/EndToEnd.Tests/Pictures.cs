using NetVips;

namespace Visuels.EndToEnd.Tests;

/// <summary>A real JPEG and a real PNG.</summary>
internal static class Pictures
{
    public static byte[] Jpeg { get; } = Make(".jpg");

    public static byte[] Png { get; } = Make(".png");

    private static byte[] Make(string format)
    {
        using var noise = Image.Gaussnoise(320, 240, mean: 128, sigma: 40);
        using var picture = noise.Cast(Enums.BandFormat.Uchar);
        return picture.WriteToBuffer(format);
    }
}
