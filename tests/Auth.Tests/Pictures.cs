using NetVips;

namespace Visuels.Auth.Tests;

/// <summary>Small real pictures.</summary>
internal static class Pictures
{
    public static byte[] Jpeg(int width = 120, int height = 80)
    {
        using var image = Plain(width, height);
        return image.JpegsaveBuffer();
    }

    public static byte[] Png(int width = 60, int height = 60)
    {
        using var image = Plain(width, height);
        return image.PngsaveBuffer();
    }

    private static Image Plain(int width, int height)
    {
        using var black = Image.Black(width, height, bands: 3);
        using var tinted = black + new double[] { 200, 120, 40 };
        return tinted.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
    }
}
