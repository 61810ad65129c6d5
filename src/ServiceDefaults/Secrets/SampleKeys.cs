using System.Buffers.Text;
using System.Security.Cryptography;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.ServiceDefaults.Secrets;

/// <summary>Keys that everybody has: those of specifications and token debuggers, and those that nobody drew at random.</summary>
internal static class SampleKeys
{
    /// <summary>Fewer different bytes than 32 random ones ever have.</summary>
    private const int FewestBytes = 12;

    // The public points of the ES256 keys in RFC 7515 (A.3), RFC 7517 (A.1) and on jwt.io.
    private static readonly string[] KnownPoints =
    [
        "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4",
        "EVs_o5-uQbTjL3chynL4wXgUg2R9q9UU8I5mEovUf84",
    ];

    /// <summary>Refuses a key pair out of a specification.</summary>
    /// <param name="file">Its file, for the message.</param>
    /// <param name="key">The key.</param>
    public static void Refuse(string file, ECDsa key)
    {
        if (KnownPoints.Contains(Base64Url.EncodeToString(key.ExportParameters(includePrivateParameters: false).Q.X)))
        {
            throw new StartupException($"Keys:Folder: {file} is a sample that everybody has.");
        }
    }

    /// <summary>Refuses a symmetric key that is no random one.</summary>
    /// <param name="file">Its file, for the message.</param>
    /// <param name="key">The key.</param>
    public static void Refuse(string file, ReadOnlySpan<byte> key)
    {
        // Of 32 letters and digits somebody has typed, all are text; of 32 random bytes, never.
        if (key.ToArray().Distinct().Count() < FewestBytes || !key.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            throw new StartupException($"Keys:Folder: {file} holds a key that is not random; 'openssl rand -base64 32' makes one.");
        }
    }
}
