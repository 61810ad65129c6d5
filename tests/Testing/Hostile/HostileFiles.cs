using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using NetVips;

namespace Visuels.Testing.Hostile;

/// <summary>A file that somebody sends in the place of a picture, or with something in it.</summary>
/// <param name="Name">What it is.</param>
/// <param name="Bytes">The file.</param>
/// <param name="HoldsPicture">Whether it decodes: then it may be taken, but of the rest nothing may be stored.</param>
public sealed record HostileFile(string Name, byte[] Bytes, bool HoldsPicture = false)
{
    public override string ToString() => Name;
}

/// <summary>Files that attack whoever takes uploads, made here: none lies in the tree.</summary>
public static class HostileFiles
{
    /// <summary>What the stowaways carry; must never be stored.</summary>
    public const string Stowaway = "STOWAWAY";

    private const string Script = $"<?php echo 1; ?><html><script>alert('{Stowaway}')</script></html>";

    /// <summary>Words that no stored picture holds.</summary>
    public static readonly IReadOnlyList<string> Traces =
        [Stowaway, "<script", "<?php", "<svg", "Exif", "http://ns.adobe.com", "GPSLatitude", "SecretCamera", "ICC_PROFILE", "Photoshop", "PK\u0003\u0004", "%PDF"];

    private static readonly Lazy<IReadOnlyList<HostileFile>> Made = new(() => [.. Foreign(), .. Damaged(), .. Overstated(), .. Bombs(), .. Stowaways()]);

    public static IReadOnlyList<HostileFile> All => Made.Value;

    public static HostileFile Named(string name) => All.Single(file => file.Name == name);

    /// <summary>No picture, or of a format that is not taken.</summary>
    private static IEnumerable<HostileFile> Foreign()
    {
        using var plain = Pictures.Plain();
        using var two = Pictures.Plain(120, 160);
        using var animated = two.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 80));
        byte[] svg = Bytes($"""<svg xmlns="http://www.w3.org/2000/svg" onload="alert('{Stowaway}')"><image href="http://169.254.169.254/"/></svg>""");
        yield return new("empty", []);
        yield return new("one byte", [0xFF]);
        yield return new("text", Bytes("just text"));
        yield return new("svg as png", svg);
        yield return new("svg with declaration and entities", Bytes("""<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><svg>&a;</svg>"""));
        yield return new("svgz", Gzip(svg));
        yield return new("gif", plain.GifsaveBuffer());
        yield return new("animated gif", animated.GifsaveBuffer());
        yield return new("tiff", plain.TiffsaveBuffer());
        yield return new("bmp", [.. "BM"u8, .. new byte[200]]);
        yield return new("icon", [0, 0, 1, 0, 1, 0, .. new byte[60]]);
        yield return new("heic", [0, 0, 0, 24, .. "ftypheic"u8, .. new byte[60]]);
        yield return new("avif", [0, 0, 0, 24, .. "ftypavif"u8, .. new byte[60]]);
        yield return new("jpeg 2000", [0, 0, 0, 12, .. "jP  "u8, 0x0D, 0x0A, 0x87, 0x0A, .. new byte[60]]);
        yield return new("photoshop", [.. "8BPS"u8, .. new byte[60]]);
        yield return new("pdf", Bytes("%PDF-1.7\n1 0 obj<</JS(app.alert(1))>>endobj"));
        yield return new("postscript", Bytes("%!PS-Adobe-3.0 EPSF-3.0\n(%pipe%id) (w) file"));
        yield return new("image magick script", Bytes("push graphic-context\nfill 'url(https://x/\"|id\")'\npop graphic-context"));
        yield return new("zip", Zip());
        yield return new("program", [.. "MZ"u8, .. new byte[200]]);
        yield return new("html", Bytes(Script));
        yield return new("html before a jpeg", [.. Bytes(Script), .. Pictures.Jpeg()]);
        yield return new("byte order mark before a png", [0xEF, 0xBB, 0xBF, .. Pictures.Png()]);
        yield return new("sound in a riff", [.. "RIFF"u8, 100, 0, 0, 0, .. "WAVEfmt "u8, .. new byte[100]]);
    }

    /// <summary>Pictures that are broken.</summary>
    private static IEnumerable<HostileFile> Damaged()
    {
        using var noise = Pictures.Noise();
        var png = Pictures.Png();
        yield return new("half a jpeg", Half(noise.JpegsaveBuffer()));
        yield return new("half a progressive jpeg", Half(noise.JpegsaveBuffer(interlace: true)));
        yield return new("half a png", Half(noise.PngsaveBuffer()));
        yield return new("half a webp", Half(noise.WebpsaveBuffer()));
        yield return new("jpeg of three bytes", [0xFF, 0xD8, 0xFF]);
        yield return new("jpeg that ends as it begins", [0xFF, 0xD8, 0xFF, 0xD9]);
        yield return new("png of a signature", PngFile.Signature);
        yield return new("webp of a header", [.. "RIFF"u8, 4, 0, 0, 0, .. "WEBP"u8]);
        yield return new("png whose line ends were changed", [.. png[..4], 0x0A, .. png[6..]]);
        yield return new("png with a wrong header sum", Changed(png, 29));
        yield return new("png without pixels", PngFile.Of(PngFile.Header(10, 10), PngFile.End));
        yield return new("png whose pixels are no zlib", PngFile.Of(PngFile.Header(10, 10), PngFile.Chunk("IDAT", Bytes(Script)), PngFile.End));
        yield return new("png with pixels before its header", PngFile.Of(PngFile.Zeros(110), PngFile.Header(10, 10), PngFile.End));
        yield return new("png with a chunk of two gigabytes", [.. PngFile.Signature, .. PngFile.Header(10, 10), 0x7F, 0xFF, 0xFF, 0xFF, .. "IDAT"u8, 1, 2, 3]);
    }

    /// <summary>Pictures that claim a size they do not have, or one that nobody wants.</summary>
    private static IEnumerable<HostileFile> Overstated()
    {
        yield return new("png of 65,535 x 65,535", PngFile.Of(PngFile.Header(65_535, 65_535), PngFile.Zeros(1_000), PngFile.End));
        yield return new("png of 2,147,483,647 x 1", PngFile.Of(PngFile.Header(int.MaxValue, 1), PngFile.Zeros(1_000), PngFile.End));
        yield return new("png of no size", PngFile.Of(PngFile.Header(0, 0), PngFile.Zeros(10), PngFile.End));
        yield return new("png of 12,001 x 1", PngFile.Of(PngFile.Header(12_001, 1), PngFile.Zeros(12_002), PngFile.End));
        yield return new("png of 8,000 x 5,001", PngFile.Of(PngFile.Header(8_000, 5_001), PngFile.Zeros(8_001L * 5_001), PngFile.End));
        yield return new("jpeg of 65,535 x 65,535", JpegOf(65_535, 65_535));
        yield return new("jpeg of no size", JpegOf(0, 0));
        yield return new("webp of 16,384 x 16,384", WebpOf(16_384, 16_384));
    }

    /// <summary>Little to send and much to unpack.</summary>
    private static IEnumerable<HostileFile> Bombs()
    {
        var zeros = PngFile.Deflated(256L << 20);
        yield return new("36 megapixels in 35 kB", PngFile.Of(PngFile.Header(6_000, 6_000), PngFile.Zeros(6_001L * 6_000), PngFile.End), HoldsPicture: true);
        yield return new("36 interlaced megapixels", PngFile.Of(PngFile.Header(6_000, 6_000, 16, PngFile.RgbAlpha, interlaced: true), PngFile.Zeros((6_000L * 6_000 * 8) + 20_000), PngFile.End), HoldsPicture: true);
        using var large = Pictures.Plain(6_000, 6_000);
        yield return new("36 progressive megapixels", large.JpegsaveBuffer(interlace: true), HoldsPicture: true);
        yield return new("a hundred pixels that inflate to 256 MB", PngFile.Of(PngFile.Header(10, 10), PngFile.Chunk("IDAT", zeros), PngFile.End), HoldsPicture: true);
        yield return new("a comment that inflates to 256 MB", PngFile.With(Pictures.Png(), "zTXt", [.. "Comment\0\0"u8, .. zeros]), HoldsPicture: true);
        yield return new("an international comment that inflates to 256 MB", PngFile.With(Pictures.Png(), "iTXt", [.. "Comment\0\u0001\0\0\0"u8, .. zeros]), HoldsPicture: true);
        yield return new("a colour profile that inflates to 256 MB", PngFile.With(Pictures.Png(), "iCCP", [.. "icc\0\0"u8, .. zeros]), HoldsPicture: true);
        yield return new("ten thousand comments", Repeated(PngFile.Chunk("tEXt", Bytes($"Comment\0{Script}")), 10_000), HoldsPicture: true);
        yield return new("a thousand scans", Scans(1_000), HoldsPicture: true);
    }

    /// <summary>Pictures that decode, with something in them that must not be passed on.</summary>
    private static IEnumerable<HostileFile> Stowaways()
    {
        var (jpeg, png, webp) = (Pictures.Jpeg(), Pictures.Png(), Pictures.Webp());
        yield return new("html in a jpeg's comment", JpegWith(jpeg, 0xFE, Bytes(Script)), HoldsPicture: true);
        yield return new("html behind a jpeg", [.. jpeg, .. Bytes(Script)], HoldsPicture: true);
        yield return new("zip behind a jpeg", [.. jpeg, .. Zip()], HoldsPicture: true);
        yield return new("pdf behind a png", [.. png, .. Bytes($"%PDF-1.7 {Stowaway}")], HoldsPicture: true);
        yield return new("program in a jpeg's exif", JpegWith(jpeg, 0xE1, [.. "Exif\0\0"u8, .. Bytes(Script)]), HoldsPicture: true);
        yield return new("xmp in a jpeg", JpegWith(jpeg, 0xE1, [.. "http://ns.adobe.com/xap/1.0/\0"u8, .. Bytes($"<x:xmpmeta>{Script}</x:xmpmeta>")]), HoldsPicture: true);
        yield return new("photoshop's block in a jpeg", JpegWith(jpeg, 0xED, [.. "Photoshop 3.0\0"u8, .. Bytes(Script)]), HoldsPicture: true);
        yield return new("a broken colour profile in a jpeg", JpegWith(jpeg, 0xE2, [.. "ICC_PROFILE\0\u0001\u0001"u8, .. Bytes(Script)]), HoldsPicture: true);
        yield return new("four megabytes of metadata", Enumerable.Range(0, 64).Aggregate(jpeg, (file, _) => JpegWith(file, 0xE1, [.. "Exif\0\0"u8, .. new byte[65_000]])), HoldsPicture: true);
        yield return new("a second jpeg behind the first", [.. jpeg, .. JpegWith(jpeg, 0xFE, Bytes(Script))], HoldsPicture: true);
        yield return new("html in a png's text", PngFile.With(png, "tEXt", Bytes($"Comment\0{Script}")), HoldsPicture: true);
        yield return new("exif in a png", PngFile.With(png, "eXIf", [.. "MM\0*\0\0\0\u0008\0\0\0\0"u8, .. Bytes(Script)]), HoldsPicture: true);
        yield return new("an unknown chunk in a png", PngFile.With(png, "stOw", Bytes(Script)), HoldsPicture: true);
        yield return new("xmp in a webp", [.. Riff([.. webp[12..], .. RiffChunk("XMP ", Bytes(Script))])], HoldsPicture: true);
        yield return new("html behind a webp", [.. webp, .. Bytes(Script)], HoldsPicture: true);
        yield return new("an animated webp", Animated(), HoldsPicture: true);
        yield return new("a phone's picture", Pictures.PhoneJpeg(), HoldsPicture: true);
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    private static byte[] Half(byte[] file) => file[..(file.Length / 2)];

    private static byte[] Changed(byte[] file, int at)
    {
        var copy = (byte[])file.Clone();
        copy[at] ^= 0x55;
        return copy;
    }

    private static byte[] Zip()
    {
        using var bytes = new MemoryStream();
        using (var zip = new ZipArchive(bytes, ZipArchiveMode.Create))
        {
            using var entry = new StreamWriter(zip.CreateEntry($"{Stowaway}.html").Open());
            entry.Write(Script);
        }

        return bytes.ToArray();
    }

    private static byte[] Gzip(byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var zip = new GZipStream(bytes, CompressionLevel.Fastest))
        {
            zip.Write(content);
        }

        return bytes.ToArray();
    }

    // Behind the two bytes that every JPEG begins with.
    private static byte[] JpegWith(byte[] jpeg, byte marker, byte[] data) =>
        [.. jpeg[..2], 0xFF, marker, (byte)((data.Length + 2) >> 8), (byte)(data.Length + 2), .. data, .. jpeg[2..]];

    private static byte[] JpegOf(ushort width, ushort height)
    {
        var jpeg = Pictures.Jpeg();
        var frame = jpeg.AsSpan().IndexOf((ReadOnlySpan<byte>)[0xFF, 0xC0]);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 5), height);
        BinaryPrimitives.WriteUInt16BigEndian(jpeg.AsSpan(frame + 7), width);
        return jpeg;
    }

    private static byte[] WebpOf(int width, int height)
    {
        var canvas = new byte[10];
        // Three bytes each, least first.
        (canvas[4], canvas[5], canvas[6]) = ((byte)((width - 1)), (byte)((width - 1) >> 8), (byte)((width - 1) >> 16));
        (canvas[7], canvas[8], canvas[9]) = ((byte)((height - 1)), (byte)((height - 1) >> 8), (byte)((height - 1) >> 16));
        return Riff([.. RiffChunk("VP8X", canvas), .. Pictures.Webp()[12..]]);
    }

    private static byte[] Riff(byte[] chunks)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, chunks.Length + 4);
        return [.. "RIFF"u8, .. size, .. "WEBP"u8, .. chunks];
    }

    private static byte[] RiffChunk(string type, byte[] data)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(size, data.Length);
        return [.. Encoding.ASCII.GetBytes(type), .. size, .. data, .. data.Length % 2 == 1 ? new byte[1] : []];
    }

    private static byte[] Repeated(byte[] chunk, int times)
    {
        var png = Pictures.Png();
        return [.. png[..33], .. Enumerable.Repeat(chunk, times).SelectMany(bytes => bytes), .. png[33..]];
    }

    // The last scan of a progressive JPEG again and again: each costs the decoder a pass over the whole picture.
    private static byte[] Scans(int times)
    {
        using var noise = Pictures.Noise();
        var jpeg = noise.JpegsaveBuffer(interlace: true);
        var last = jpeg.AsSpan().LastIndexOf((ReadOnlySpan<byte>)[0xFF, 0xDA]);
        var scan = jpeg[last..^2];
        return [.. jpeg[..^2], .. Enumerable.Repeat(scan, Math.Min(times, 4_000_000 / scan.Length)).SelectMany(bytes => bytes), .. jpeg[^2..]];
    }

    private static byte[] Animated()
    {
        using var strip = Pictures.Plain(60, 4_000);
        using var animated = strip.Mutate(mutable => mutable.Set(GValue.GIntType, "page-height", 40));
        return animated.WebpsaveBuffer();
    }
}
