using System.Security.Cryptography;

namespace Visuels.Auth.Accounts;

/// <summary>User names that nobody typed.</summary>
internal static class Usernames
{
    private const int Longest = 30;
    private const int SuffixDigits = 4;

    /// <summary>One that is probably free, in the place of one that is taken.</summary>
    public static string WithSuffix(string username) =>
        $"{Shortened(username, Longest - SuffixDigits - 1)}-{RandomNumberGenerator.GetHexString(SuffixDigits, lowercase: true)}";

    /// <summary>The part before the @, in the letters that a user name may have.</summary>
    public static string From(string email)
    {
        var letters = string.Concat(email.Split('@')[0].Where(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-'));
        return letters.Length < 3 ? $"user-{letters}" : Shortened(letters, Longest);
    }

    private static string Shortened(string text, int longest) => text.Length > longest ? text[..longest] : text;
}
