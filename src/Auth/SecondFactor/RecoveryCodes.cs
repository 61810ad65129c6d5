using System.Security.Cryptography;
using System.Text.RegularExpressions;

namespace Visuels.Auth.SecondFactor;

/// <summary>What lets somebody in whose phone is gone, once each. With 59 bits of chance they need no limit on tries but the route's.</summary>
internal static partial class RecoveryCodes
{
    public const int Count = 10;

    // Without letters and digits that look alike.
    private const string Letters = "abcdefghjkmnpqrstuvwxyz23456789";
    private const int Length = 12;

    public static IReadOnlyList<string> New() => [.. Enumerable.Range(0, Count).Select(_ => InGroups(RandomNumberGenerator.GetString(Letters, Length)))];

    /// <summary>The one spelling of a recovery code, or null for anything else, such as the six digits of an app.</summary>
    public static string? Read(string text) => Pattern().IsMatch(text) ? text.Replace("-", "", StringComparison.Ordinal).ToLowerInvariant() : null;

    private static string InGroups(string code) => $"{code[..4]}-{code[4..8]}-{code[8..]}";

    [GeneratedRegex(@"\A[A-Za-z2-9]{4}-?[A-Za-z2-9]{4}-?[A-Za-z2-9]{4}\z", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
