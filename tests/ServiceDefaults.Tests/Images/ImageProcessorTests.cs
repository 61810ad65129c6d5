using System.Buffers.Binary;
using System.Text;
using NetVips;
using Visuels.ServiceDefaults.Images;
using Visuels.Testing;
using Visuels.Testing.Requirements;

namespace Visuels.ServiceDefaults.Tests.Images;

[Proves(Requirement.Uploads)]
public sealed class ImageProcessorTests : IDisposable
{
    private readonly ImageProcessor _processor = new();

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public void Dispose() => _processor.Dispose();

    [Fact]
    public async Task Jpeg_png_and_webp_are_taken_and_become_jpeg()
    {
        foreach (var file in new[] { Pictures.Jpeg(), Pictures.Png(), Pictures.Webp() })
        {
            var image = await _processor.ProcessAsync(file, Ct);

            Assert.Equal(("jpg", 120, 80), (image.Extension, image.Width, image.Height));
            Assert.Equal([0xFF, 0xD8, 0xFF], image.Bytes[..3]);
        }
    }

    [Fact]
    public async Task Transparency_survives_as_webp()
    {
        var image = await _processor.ProcessAsync(Pictures.TransparentPng(), Ct);

        using var decoded = Image.NewFromBuffer(image.Bytes);
        Assert.Equal("webp", image.Extension);
        Assert.Equal(0, decoded.Getpoint(110, 40)[3]);
        Assert.Equal(255, decoded.Getpoint(10, 40)[3]);
    }

    [Fact]
    [Proves(Requirement.Metadata)]
    public async Task A_phones_picture_stands_upright_and_forgets_where_it_was_taken()
    {
        var original = Pictures.PhoneJpeg();
        Assert.Contains("SecretCamera", Encoding.Latin1.GetString(original), StringComparison.Ordinal);

        var image = await _processor.ProcessAsync(original, Ct);

        Assert.Equal((80, 120), (image.Width, image.Height));
        var text = Encoding.Latin1.GetString(image.Bytes);
        Assert.DoesNotContain("Exif", text, StringComparison.Ordinal);
        Assert.DoesNotContain("SecretCamera", text, StringComparison.Ordinal);
        using var decoded = Image.NewFromBuffer(image.Bytes);
        Assert.DoesNotContain(decoded.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_is_hidden_behind_a_picture_is_gone()
    {
        byte[] polyglot = [.. Pictures.Jpeg(), .. "<html><script>alert(1)</script></html>PK\u0003\u0004"u8];

        var image = await _processor.ProcessAsync(polyglot, Ct);

        Assert.DoesNotContain("script", Encoding.Latin1.GetString(image.Bytes), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Other_colour_spaces_become_srgb()
    {
        using var plain = Pictures.Plain();
        using var cmyk = plain.IccExport(outputProfile: "cmyk");
        using var grey = plain.Colourspace(Enums.Interpretation.Bw);
        using var deep = plain.Colourspace(Enums.Interpretation.Rgb16);

        foreach (var file in new[] { cmyk.JpegsaveBuffer(q: 95), grey.JpegsaveBuffer(q: 95), deep.PngsaveBuffer() })
        {
            var image = await _processor.ProcessAsync(file, Ct);

            using var decoded = Image.NewFromBuffer(image.Bytes);
            Assert.Equal((3, Enums.Interpretation.Srgb, Enums.BandFormat.Uchar), (decoded.Bands, decoded.Interpretation, decoded.Format));
            var point = decoded.Getpoint(60, 40);
            Assert.InRange(Math.Abs(point[1] - Pictures.Teal[1]), 0, 30);
        }
    }

    [Fact]
    public async Task A_large_picture_is_made_smaller_and_a_small_one_is_not_blown_up()
    {
        var large = await _processor.ProcessAsync(Pictures.Jpeg(3600, 1800), Ct);
        var small = await _processor.ProcessAsync(Pictures.Jpeg(10, 10), Ct);

        Assert.Equal((2400, 1200), (large.Width, large.Height));
        Assert.Equal((10, 10), (small.Width, small.Height));
    }

    [Fact]
    public async Task A_placeholder_and_the_dominant_colour_are_computed()
    {
        var image = await _processor.ProcessAsync(Pictures.Png(), Ct);

        Assert.Equal("#147882", image.Color);
        Assert.StartsWith("data:image/webp;base64,", image.Placeholder, StringComparison.Ordinal);
        Assert.InRange(image.Placeholder.Length, 40, 600);
        using var placeholder = Image.NewFromBuffer(Convert.FromBase64String(image.Placeholder.Split(',')[1]));
        Assert.Equal(16, Math.Max(placeholder.Width, placeholder.Height));
    }

    [Fact]
    public async Task Anything_that_is_no_jpeg_png_or_webp_is_refused()
    {
        using var plain = Pictures.Plain();
        byte[][] files =
        [
            "just text"u8.ToArray(),
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>"u8.ToArray(),
            plain.GifsaveBuffer(),
            plain.TiffsaveBuffer(),
            [.. "<html>"u8, .. Pictures.Jpeg()],
            "%PDF-1.7"u8.ToArray(),
            [0xFF],
            [],
        ];

        foreach (var file in files)
        {
            var refused = await Assert.ThrowsAsync<InvalidImageException>(() => _processor.ProcessAsync(file, Ct));
            Assert.Equal("Only JPEG, PNG and WebP images are accepted.", refused.Message);
        }
    }

    [Fact]
    public async Task A_damaged_picture_is_refused()
    {
        using var noise = Pictures.Noise();
        foreach (var file in new[] { noise.JpegsaveBuffer(), noise.JpegsaveBuffer(interlace: true), noise.PngsaveBuffer(), noise.WebpsaveBuffer() })
        {
            await Assert.ThrowsAsync<InvalidImageException>(() => _processor.ProcessAsync(file[..(file.Length / 2)], Ct));
            await Assert.ThrowsAsync<InvalidImageException>(() => _processor.ProcessAsync(file[..16], Ct));
        }
    }

    [Fact]
    public async Task A_picture_that_claims_to_be_huge_is_refused_before_it_is_decoded()
    {
        var refused = await Assert.ThrowsAsync<InvalidImageException>(() => _processor.ProcessAsync(Claiming(65_535, 65_535), Ct));
        Assert.Contains("40 megapixels", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InvalidImageException>(() => _processor.ProcessAsync(Claiming(12_001, 1), Ct));
        await Assert.ThrowsAsync<InvalidImageException>(() => _processor.ProcessAsync(Claiming(8_000, 5_001), Ct));
    }

    /// <summary>A PNG whose header claims a size that its data does not have.</summary>
    private static byte[] Claiming(int width, int height)
    {
        var png = Pictures.Png();
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), Crc(png.AsSpan(12, 17)));
        return png;
    }

    private static uint Crc(ReadOnlySpan<byte> bytes)
    {
        var crc = uint.MaxValue;
        foreach (var b in bytes)
        {
            crc ^= b;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ ((crc & 1) * 0xEDB88320);
            }
        }

        return ~crc;
    }
}
