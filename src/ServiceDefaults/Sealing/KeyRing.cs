using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Secrets;

namespace Visuels.ServiceDefaults.Sealing;

/// <summary>
/// AES-256-GCM with named keys, so that a key can be replaced: the file's last line seals, every line opens.
/// A line is <c>kid base64(32 bytes)</c>. Each use derives its own key by HKDF-SHA256 (RFC 5869) from the master key.
/// </summary>
public sealed class KeyRing
{
    private const int KeyBytes = 32;
    private const string Format = "v1";

    private readonly Dictionary<string, byte[]> _keys;
    private readonly string _current;

    private KeyRing(Dictionary<string, byte[]> keys, string current) => (_keys, _current) = (keys, current);

    /// <summary>Seals a text.</summary>
    /// <param name="text">What to hide.</param>
    /// <param name="use">Separates keys by use, for example <c>mail-code</c> or a chat's id.</param>
    /// <param name="bound">What the sealed text belongs to; opening it elsewhere fails.</param>
    /// <returns><c>v1.kid.nonce.ciphertext+tag</c>, base64url.</returns>
    public string Seal(string text, string use, string bound)
    {
        var plain = Encoding.UTF8.GetBytes(text);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var sealedBytes = new byte[plain.Length + AesGcm.TagByteSizes.MaxSize];
        using var aes = Cipher(_keys[_current], use);
        aes.Encrypt(nonce, plain, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), Encoding.UTF8.GetBytes(bound));
        return $"{Format}.{_current}.{WebEncoders.Base64UrlEncode(nonce)}.{WebEncoders.Base64UrlEncode(sealedBytes)}";
    }

    /// <summary>Opens what <see cref="Seal"/> made.</summary>
    /// <param name="sealedText">The sealed text.</param>
    /// <param name="use">As it was sealed.</param>
    /// <param name="bound">As it was sealed.</param>
    /// <returns>The text, or null when it was altered, moved, or sealed with a key that is not in the ring.</returns>
    public string? Open(string sealedText, string use, string bound)
    {
        if (sealedText.Split('.') is not [Format, var kid, var nonceText, var body] || !_keys.TryGetValue(kid, out var key))
        {
            return null;
        }

        try
        {
            var nonce = WebEncoders.Base64UrlDecode(nonceText);
            var sealedBytes = WebEncoders.Base64UrlDecode(body);
            var plain = new byte[sealedBytes.Length - AesGcm.TagByteSizes.MaxSize];
            using var aes = Cipher(key, use);
            aes.Decrypt(nonce, sealedBytes.AsSpan(0, plain.Length), sealedBytes.AsSpan(plain.Length), plain, Encoding.UTF8.GetBytes(bound));
            return Encoding.UTF8.GetString(plain);
        }
        catch (Exception e) when (e is FormatException or CryptographicException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    /// <summary>A keyed hash under the current key, for values that must be compared but never read back, such as one-time codes.</summary>
    /// <param name="text">What to hash.</param>
    /// <param name="use">Separates keys by use.</param>
    /// <returns>Key id and hash; compare with <see cref="Matches"/>.</returns>
    public string Hash(string text, string use) => $"{_current}.{Convert.ToHexString(Hmac(_keys[_current], text, use))}";

    /// <summary>Whether a text has a hash that <see cref="Hash"/> made; takes the same time for right and wrong texts.</summary>
    /// <param name="text">What somebody claims.</param>
    /// <param name="use">As it was hashed.</param>
    /// <param name="hash">The stored hash.</param>
    public bool Matches(string text, string use, string hash) =>
        hash.Split('.') is [var kid, var hex]
        && _keys.TryGetValue(kid, out var key)
        && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hex), Encoding.ASCII.GetBytes(Convert.ToHexString(Hmac(key, text, use))));

    /// <summary>The content of a new key file: one fresh key.</summary>
    internal static string NewFile() => $"k1 {Convert.ToBase64String(RandomNumberGenerator.GetBytes(KeyBytes))}\n";

    internal static KeyRing Parse(string file, string content)
    {
        var keys = new Dictionary<string, byte[]>();
        var current = "";
        foreach (var line in content.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var key = new byte[KeyBytes];
            if (line.Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var kid, var base64]
                || kid.Contains('.', StringComparison.Ordinal)
                || !Convert.TryFromBase64String(base64, key, out var length)
                || length != KeyBytes)
            {
                throw new StartupException($"Keys:Folder: {file} must hold lines of a key name and 32 bytes in base64.");
            }

            SampleKeys.Refuse(file, key);
            keys[kid] = key;
            current = kid;
        }

        return keys.Count > 0 ? new KeyRing(keys, current) : throw new StartupException($"Keys:Folder: {file} holds no key.");
    }

    private static AesGcm Cipher(byte[] master, string use)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, salt: [], info: Encoding.UTF8.GetBytes("seal|" + use));
        return new AesGcm(key, AesGcm.TagByteSizes.MaxSize);
    }

    private static byte[] Hmac(byte[] master, string text, string use)
    {
        Span<byte> key = stackalloc byte[KeyBytes];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, master, key, salt: [], info: Encoding.UTF8.GetBytes("hash|" + use));
        return HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(text));
    }
}
