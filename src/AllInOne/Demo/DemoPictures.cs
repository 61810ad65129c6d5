using NetVips;

namespace Visuels.AllInOne.Demo;

/// <summary>Abstract pictures, drawn by number: soft hills of colour under a sun. The same number gives the same picture.</summary>
internal static class DemoPictures
{
    private static readonly (int Width, int Height)[] Shapes = [(1200, 900), (900, 1200), (1000, 1000)];

    /// <summary>A JPEG.</summary>
    /// <param name="number">0 or more; 24 of them differ in shape, colours and composition.</param>
    public static byte[] Make(int number)
    {
        var (width, height) = Shapes[number % Shapes.Length];
        var random = new Random(number);
        using var canvas = Sky(width, height, random);
        var picture = canvas;
        for (var hill = 0; hill < 4; hill++)
        {
            var next = Hill(picture, hill, random);
            if (picture != canvas)
            {
                picture.Dispose();
            }

            picture = next;
        }

        using var grain = Image.Gaussnoise(width, height, mean: 0, sigma: 6, seed: number);
        using var grained = picture + grain;
        using var finished = grained.Cast(Enums.BandFormat.Uchar).Copy(interpretation: Enums.Interpretation.Srgb);
        picture.Dispose();
        return finished.JpegsaveBuffer(q: 85);
    }

    private static Image Sky(int width, int height, Random random)
    {
        using var coordinates = Image.Xyz(width, height);
        using var down = coordinates[1] / height;
        var top = Colour(random);
        var bottom = Colour(random);
        using var gradient = (down * Difference(bottom, top)) + top;
        using var x = coordinates[0] - random.Next(width / 4, width * 3 / 4);
        using var y = coordinates[1] - random.Next(height / 6, height / 2);
        using var distance = (x * x) + (y * y);
        var radius = Math.Min(width, height) / random.Next(6, 12);
        using var sun = distance < (radius * radius);
        return sun.Ifthenelse(Colour(random), gradient, blend: true);
    }

    private static Image Hill(Image behind, int number, Random random)
    {
        using var coordinates = Image.Xyz(behind.Width, behind.Height);
        using var angle = (coordinates[0] * (360.0 / behind.Width * (0.5 + random.NextDouble()))) + random.Next(360);
        using var wave = angle.Sin() * (behind.Height * 0.06);
        var ridge = behind.Height * (0.45 + (0.13 * number));
        using var below = coordinates[1] > (wave + ridge);
        return below.Ifthenelse(Colour(random), behind);
    }

    private static double[] Colour(Random random) => [random.Next(30, 240), random.Next(30, 240), random.Next(30, 240)];

    private static double[] Difference(double[] a, double[] b) => [.. a.Zip(b, (first, second) => first - second)];
}
