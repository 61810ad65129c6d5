using OtpNet;

namespace Visuels.Auth.SecondFactor;

/// <summary>Seeds and codes as authenticator apps understand them: RFC 6238 with SHA-1, six digits and steps of 30 seconds.</summary>
internal static class AuthenticatorCodes
{
    private const int SeedBytes = 20;
    private const string Issuer = "Visuels";

    // A clock that is off, or a code typed slowly.
    private static readonly VerificationWindow OneStep = new(previous: 1, future: 1);

    /// <summary>A fresh seed in base32.</summary>
    public static string NewSeed() => Base32Encoding.ToString(KeyGeneration.GenerateRandomKey(SeedBytes));

    /// <summary>What an app reads from a QR code.</summary>
    public static string UriOf(string seed, string email) => new OtpUri(OtpType.Totp, seed, email, Issuer).ToString();

    /// <summary>The step that a code belongs to, or null when it is none of the steps about now.</summary>
    public static long? StepOf(string seed, string code, DateTimeOffset now) =>
        new Totp(Base32Encoding.ToBytes(seed)).VerifyTotp(now.UtcDateTime, code, out var step, OneStep) ? step : null;
}
