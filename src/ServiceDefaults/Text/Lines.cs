using System.Text.RegularExpressions;

namespace Visuels.ServiceDefaults.Text;

/// <summary>Texts of people that stand on one line: names and titles, which get into mails, logs and lists.</summary>
public static partial class Lines
{
    /// <summary>Whether a text has neither control characters nor line breaks, nor what is no character, nor anything that turns the direction of what follows it.</summary>
    /// <param name="text">The text.</param>
    public static bool IsOne(string text) => !Breaking().IsMatch(text);

    /// <summary>A text without what turns the direction of what follows it, which would let one line pass for another.</summary>
    /// <param name="text">The text, of any number of lines.</param>
    public static string WithoutDirections(string text) => Directions().Replace(text, "");

    [GeneratedRegex(@"[\p{Cc}\p{Zl}\p{Zp}\u202A-\u202E\u2066-\u2069\uFFFE\uFFFF]")]
    private static partial Regex Breaking();

    [GeneratedRegex(@"[\u202A-\u202E\u2066-\u2069]")]
    private static partial Regex Directions();
}
