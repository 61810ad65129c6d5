using BCrypt.Net;

namespace Visuels.Auth.Passwords;

/// <summary>
/// The predecessor's hashes. They are checked as it made them: of a longer password bcrypt reads the first 72 bytes only, and nothing was
/// normalised. The first sign-in puts a hash of all that was typed in their place.
/// </summary>
internal static class BcryptHashes
{
    private const int Length = 60;

    public static bool Is(string? hash) => hash is { Length: Length } and ['$', '2', 'a' or 'b' or 'y', '$', ..];

    public static bool Matches(string hash, string password)
    {
        try
        {
            return BCrypt.Net.BCrypt.Verify(password, hash);
        }
        catch (Exception e) when (e is SaltParseException or ArgumentException or FormatException)
        {
            // Not what it looks like: nobody's password fits.
            return false;
        }
    }
}
