using NetVips;

namespace Visuels.Testing;

/// <summary>Real image files, made by libvips.</summary>
public static class Pictures
{
    public static readonly double[] Teal = [20, 120, 130];

    public static Image Plain(int width = 120, int height = 80, double[]? color = null)
    {
        using var black = Image.Black(width, height, bands: 3);
        using var colored = black + (color ?? Teal);
        using var bytes = colored.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    public static Image Noise(int width = 300, int height = 200)
    {
        using var noise = Image.Gaussnoise(width, height, sigma: 40, mean: 128, seed: 7);
        using var bytes = noise.Cast(Enums.BandFormat.Uchar);
        return bytes.Bandjoin(bytes, bytes).Copy(interpretation: Enums.Interpretation.Srgb);
    }

    public static byte[] Jpeg(int width = 120, int height = 80)
    {
        using var image = Plain(width, height);
        return image.JpegsaveBuffer(q: 95);
    }

    public static byte[] Png(int width = 120, int height = 80)
    {
        using var image = Plain(width, height);
        return image.PngsaveBuffer();
    }

    public static byte[] Webp(int width = 120, int height = 80)
    {
        using var image = Plain(width, height);
        return image.WebpsaveBuffer();
    }

    /// <summary>Left half opaque, right half transparent.</summary>
    public static byte[] TransparentPng(int width = 120, int height = 80)
    {
        using var image = Plain(width, height);
        using var ramp = Image.Xyz(width, height);
        using var alpha = (ramp[0] < width / 2).Cast(Enums.BandFormat.Uchar);
        using var both = image.Bandjoin(alpha);
        return both.PngsaveBuffer();
    }

    /// <summary>A phone's picture: lies on its side, says so in EXIF, and knows where it was taken.</summary>
    public static byte[] PhoneJpeg(int width = 120, int height = 80)
    {
        using var image = Plain(width, height);
        using var tagged = image.Mutate(mutable =>
        {
            mutable.Set(GValue.GIntType, "orientation", 6);
            mutable.Set(GValue.GStrType, "exif-ifd0-Orientation", "6");
            mutable.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "48/1 51/1 2960/100");
            mutable.Set(GValue.GStrType, "exif-ifd0-Make", "SecretCamera");
        });
        return tagged.JpegsaveBuffer(q: 95);
    }
}
