using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Options;
using Visuels.ServiceDefaults.Errors;

namespace Visuels.Auth.Passwords;

/// <summary>Refuses new passwords that are too short here, or that anybody would try first.</summary>
internal sealed class PasswordPolicy(IOptions<AuthOptions> options)
{
    private const string Product = "visuels";

    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);

    /// <summary>What is wrong with a new password, or null.</summary>
    /// <param name="password">The password.</param>
    /// <param name="email">The address of its owner; the part before the @ is the first guess of many.</param>
    /// <param name="username">The owner's user name, where it is known.</param>
    public ProblemHttpResult? RefusalOf(string password, string email, string? username = null)
    {
        if (PasswordRules.LengthOf(password) < options.Value.PasswordLength)
        {
            return Problems.Invalid($"A password has at least {options.Value.PasswordLength} characters.");
        }

        return IsCommon(password, [Product, email, email.Split('@')[0], .. username is null ? Array.Empty<string>() : [username]])
            ? Problems.BadRequest("password_common", "This password is among the first that anybody would try. Please choose another.")
            : null;
    }

    /// <summary>Whether everybody would try this password first: it is on the list, or says no more than one of the words.</summary>
    internal static bool IsCommon(string password, params string[] words)
    {
        var plain = PasswordRules.Normalize(password).ToLowerInvariant();
        var (joined, bare) = (Join(plain), Bare(plain));
        return Common.Value.Contains(plain)
            || Common.Value.Contains(joined)
            || Array.Exists(words, word => (joined.Length > 0 && Join(word) == joined) || (bare.Length > 0 && Bare(word) == bare));
    }

    // Without what is put between words.
    private static string Join(string text) => string.Concat(text.ToLowerInvariant().Where(char.IsLetterOrDigit));

    // Without what is put before and behind, as in 2024visuels!!
    private static string Bare(string text) => Join(text).Trim('0', '1', '2', '3', '4', '5', '6', '7', '8', '9');

    private static HashSet<string> ReadCommon()
    {
        using var stream = typeof(PasswordPolicy).Assembly.GetManifestResourceStream("common-passwords.txt")!;
        using var reader = new StreamReader(stream);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Where(line => !line.StartsWith("# ", StringComparison.Ordinal))];
    }
}
