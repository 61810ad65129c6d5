using System.Globalization;
using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Keys;

/// <summary>A key for access tokens. Its file's name says from when on it signs; the first one's says nothing, which is always.</summary>
internal sealed class SigningKey
{
    private const string Format = "yyyyMMdd'T'HHmmss'Z'";

    public SigningKey(string name, DateTimeOffset from, ECDsa key)
    {
        using var publicHalf = ECDsa.Create(key.ExportParameters(includePrivateParameters: false));
        var jwk = JsonWebKeyConverter.ConvertFromECDsaSecurityKey(new ECDsaSecurityKey(publicHalf));
        var keyId = Base64UrlEncoder.Encode(jwk.ComputeJwkThumbprint());
        Name = name;
        From = from;
        Credentials = new SigningCredentials(new ECDsaSecurityKey(key) { KeyId = keyId }, SecurityAlgorithms.EcdsaSha256);
        PublicHalf = new PublicKey(jwk.Kty, jwk.Crv, jwk.X, jwk.Y, keyId, JsonWebKeyUseNames.Sig, SecurityAlgorithms.EcdsaSha256);
    }

    public string Name { get; }

    public DateTimeOffset From { get; }

    public SigningCredentials Credentials { get; }

    public PublicKey PublicHalf { get; }

    /// <summary>The name of a key that signs from a moment on, to the second.</summary>
    public static string NameFor(DateTimeOffset from) => $"{KeyFolder.SigningKey}-{from.UtcDateTime.ToString(Format, CultureInfo.InvariantCulture)}";

    /// <summary>From when on the key of this name signs; null for a name that is none of ours.</summary>
    public static DateTimeOffset? FromOf(string name) =>
        name == KeyFolder.SigningKey ? DateTimeOffset.MinValue
        : name.StartsWith(KeyFolder.SigningKey + "-", StringComparison.Ordinal)
            && DateTimeOffset.TryParseExact(
                name[(KeyFolder.SigningKey.Length + 1)..], Format, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var from) ? from
        : null;
}

/// <summary>A JWKS document (RFC 7517).</summary>
public sealed record PublicKeySet(IReadOnlyList<PublicKey> Keys);

/// <summary>A public P-256 key in it.</summary>
public sealed record PublicKey(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);
