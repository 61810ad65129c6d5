using NetVips;

namespace Visuels.AllInOne.Demo;

/// <summary>Pictures for the demo's artworks, drawn by number: the same number gives the same picture.</summary>
internal static class DemoPictures
{
    private static readonly double[][] Palette =
    [
        [22, 38, 64], [201, 76, 54], [244, 190, 92], [38, 110, 104], [236, 226, 206], [120, 62, 112], [66, 120, 176], [214, 122, 142], [44, 52, 38], [160, 180, 120],
    ];

    /// <summary>A JPEG of about 1200 x 900 pixels.</summary>
    /// <param name="number">0 and up; 24 of them differ in shape, colours and composition.</param>
    public static byte[] Make(int number)
    {
        // Landscape, portrait and square ones.
        var (width, height) = (number % 3) switch { 0 => (1200, 900), 1 => (900, 1200), _ => (1000, 1000) };
        var (dark, light, accent) = (Color(number), Color(number + 4), Color((number * 3) + 1));
        using var drawing = (number % 6) switch
        {
            0 => Horizon(width, height, dark, light, accent),
            1 => Blend(Clouds(width, height, number), dark, light),
            2 => Rings(width, height, number, dark, light),
            3 => Blend(Cells(width, height, number), light, accent),
            4 => Blocks(width, height, number, light),
            _ => Blend(Waves(width, height, number), accent, light),
        };
        using var grain = Image.Gaussnoise(width, height, sigma: 4, mean: 0, seed: number);
        using var canvas = drawing + grain;
        using var picture = canvas.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        return picture.JpegsaveBuffer(q: 85);
    }

    private static double[] Color(int index) => Palette[index % Palette.Length];

    /// <summary>One colour where the mask is 0, another where it is 1.</summary>
    private static Image Blend(Image mask, double[] zero, double[] one) => mask.Linear([.. one.Zip(zero, (a, b) => a - b)], zero);

    private static Image Horizon(int width, int height, double[] sky, double[] glow, double[] sun)
    {
        var picture = Blend(Image.Xyz(width, height)[1] / height, sky, glow);
        return picture.Mutate(draw =>
        {
            draw.DrawCircle(sun, width / 2, height * 3 / 5, width / 7, fill: true);
            draw.DrawRect([.. sky.Select(c => c / 2)], 0, height * 3 / 5, width, height, fill: true);
        });
    }

    private static Image Clouds(int width, int height, int seed) => (Image.Perlin(width, height, cellSize: 220, uchar: false, seed: seed) + 1) / 2;

    private static Image Cells(int width, int height, int seed) => Image.Worley(width, height, cellSize: 180, seed: seed) / 180;

    private static Image Rings(int width, int height, int number, double[] dark, double[] light)
    {
        var picture = Blend(Image.Xyz(width, height)[0] / width, dark, light);
        return picture.Mutate(draw =>
        {
            for (var ring = 9; ring > 0; ring--)
            {
                draw.DrawCircle(Color(number + ring), width / 2, height / 2, width * ring / 20, fill: true);
            }
        });
    }

    private static Image Blocks(int width, int height, int number, double[] ground)
    {
        var random = new Random(number);
        var picture = Blend(Image.Black(width, height) / 1.0, ground, ground);
        return picture.Mutate(draw =>
        {
            for (var block = 0; block < 14; block++)
            {
                var (left, top) = (random.Next(width - 60), random.Next(height - 60));
                draw.DrawRect(Color(random.Next(Palette.Length)), left, top, random.Next(60, width / 2), random.Next(60, height / 3), fill: true);
            }
        });
    }

    private static Image Waves(int width, int height, int number)
    {
        var place = Image.Xyz(width, height);
        var swell = (place[0] * (360.0 / width)).Sin() * (height / 12.0);
        return (((place[1] + swell) * (360.0 * (4 + (number % 5)) / height)).Sin() + 1) / 2;
    }
}
