using System.Text;
using NetVips;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;
using Visuels.Testing.Hostile;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Images;

/// <summary>Files that were made, or damaged, to do harm.</summary>
[Proves(Requirement.Uploads), Proves("T11")]
public sealed class HostileFileTests : IDisposable
{
    private readonly ImageProcessor _processor = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. HostileFiles.All.Select(file => file.Name)];

    public void Dispose() => _processor.Dispose();

    [Theory]
    [MemberData(nameof(Names))]
    [Proves(Requirement.Metadata)]
    public async Task A_hostile_file_is_refused_or_only_its_pixels_are_kept(string name)
    {
        var file = HostileFiles.Named(name);
        try
        {
            var image = await _processor.ProcessAsync(file.Bytes, Ct);

            Assert.True(file.HoldsPicture, "was taken for a picture");
            var text = Encoding.Latin1.GetString(image.Bytes);
            Assert.All(HostileFiles.Traces, trace => Assert.DoesNotContain(trace, text, StringComparison.OrdinalIgnoreCase));
            using var decoded = Image.NewFromBuffer(image.Bytes);
            Assert.Equal((image.Width, image.Height), (decoded.Width, decoded.Height));
        }
        catch (InvalidImageException e)
        {
            Assert.Contains(e.Message, new[]
            {
                "The image is damaged.", "Only JPEG, PNG and WebP images are accepted.", "An image may have at most 40 megapixels and 12,000 pixels a side.",
                "This image is too large to be interlaced. Please save it without interlacing.",
            });
        }
    }

    [Fact]
    public async Task Three_thousand_mutations_are_refused_or_taken_and_nothing_else_happens()
    {
        var random = new Random(20_261_126);
        byte[][] originals = [Pictures.Jpeg(40, 30), Pictures.TransparentPng(40, 30), Pictures.Webp(40, 30), Pictures.PhoneJpeg(40, 30), .. Stowaways()];
        var mutations = Enumerable.Range(0, 3_000).Select(i => Mutated(originals[i % originals.Length], random));
        var taken = 0;
        await Parallel.ForEachAsync(mutations, Ct, async (file, _) => Interlocked.Add(ref taken, await TryAsync(file) ? 1 : 0));

        Assert.InRange(taken, 100, 2_900);
    }

    private static IEnumerable<byte[]> Stowaways() =>
        HostileFiles.All.Where(file => file is { HoldsPicture: true, Bytes.Length: < 20_000 }).Select(file => file.Bytes);

    private static byte[] Mutated(byte[] original, Random random)
    {
        var file = original.ToList();
        for (var n = random.Next(1, 6); n > 0; n--)
        {
            var at = random.Next(file.Count);
            var length = Math.Min(random.Next(1, 40), file.Count - at);
            switch (random.Next(6))
            {
                case 0:
                    file[at] = (byte)random.Next(256);
                    break;
                case 1:
                    file[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2 when file.Count > length:
                    file.RemoveRange(at, length);
                    break;
                case 3:
                    file.InsertRange(at, file.GetRange(at, length));
                    break;
                case 4:
                    // Lengths and sizes in headers.
                    file[random.Next(Math.Min(64, file.Count))] = random.Next(2) == 0 ? byte.MaxValue : (byte)0;
                    break;
                default:
                    file.AddRange(original.AsSpan(0, Math.Min(original.Length, length)));
                    break;
            }
        }

        return [.. file];
    }

    private async Task<bool> TryAsync(byte[] file)
    {
        try
        {
            var image = await _processor.ProcessAsync(file, Ct);
            Assert.InRange(image.Width, 1, ImageRules.StoredSide);
            Assert.InRange(image.Height, 1, ImageRules.StoredSide);
            return true;
        }
        catch (InvalidImageException)
        {
            return false;
        }
    }
}
