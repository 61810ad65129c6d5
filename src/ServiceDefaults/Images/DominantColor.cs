using NetVips;

namespace Visuels.ServiceDefaults.Images;

/// <summary>The colour that most of an image has: the mean of the fullest of 512 boxes of similar colours.</summary>
internal static class DominantColor
{
    private const int SampleSide = 48;

    public static string Of(Image image)
    {
        using var small = image.ThumbnailImage(SampleSide, height: SampleSide);
        using var opaque = small.HasAlpha() ? small.Flatten(background: [255, 255, 255]) : small.Copy();
        var pixels = opaque.WriteToMemory<byte>();

        var boxes = new (int Count, int Red, int Green, int Blue)[512];
        for (var i = 0; i + 2 < pixels.Length; i += 3)
        {
            var (red, green, blue) = (pixels[i], pixels[i + 1], pixels[i + 2]);
            ref var box = ref boxes[(red >> 5 << 6) | (green >> 5 << 3) | (blue >> 5)];
            box = (box.Count + 1, box.Red + red, box.Green + green, box.Blue + blue);
        }

        var fullest = boxes.MaxBy(box => box.Count);
        return $"#{fullest.Red / fullest.Count:x2}{fullest.Green / fullest.Count:x2}{fullest.Blue / fullest.Count:x2}";
    }
}
