using System.Text;

namespace Visuels.Auth.Passwords;

/// <summary>Which passwords are accepted, and the one form in which they are hashed.</summary>
internal static class PasswordRules
{
    public const int Shortest = 8;
    public const int Longest = 128;

    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);

    /// <summary>The same password typed on another keyboard may arrive as other code points.</summary>
    public static string Normalize(string password) => password.Normalize(NormalizationForm.FormC);

    /// <summary>Whether everybody would try this password first.</summary>
    public static bool IsCommon(string password, string username, string email)
    {
        var plain = Normalize(password).ToLowerInvariant();
        return Common.Value.Contains(plain)
            || string.Equals(plain, username, StringComparison.OrdinalIgnoreCase)
            || plain == email || plain == email.Split('@')[0];
    }

    private static HashSet<string> ReadCommon()
    {
        using var stream = typeof(PasswordRules).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries)];
    }
}
