using System.ComponentModel.DataAnnotations;
using System.Text;

namespace Visuels.Auth.Passwords;

/// <summary>Which passwords are accepted, and the one form in which they are hashed.</summary>
internal static class PasswordRules
{
    public const int Shortest = 8;
    public const int Longest = 128;

    // The one code point that the library refuses to normalise, though JSON may hold it.
    private const char NoCharacter = '\uFFFE';

    /// <summary>The same password typed on another keyboard may arrive as other code points.</summary>
    public static string Normalize(string password) => password.Contains(NoCharacter) ? password : password.Normalize(NormalizationForm.FormC);

    /// <summary>How many characters a password has for those who type it: code points, not the halves that .NET counts.</summary>
    public static int LengthOf(string password) => Normalize(password).EnumerateRunes().Count();
}

/// <summary>A password of a length that is accepted. Unlike its base it counts characters outside the basic plane once.</summary>
internal sealed class PasswordLengthAttribute : StringLengthAttribute
{
    public PasswordLengthAttribute(int shortest = PasswordRules.Shortest)
        : base(PasswordRules.Longest)
    {
        MinimumLength = shortest;
        ErrorMessage = "A password has {2} to {1} characters.";
    }

    public override bool IsValid(object? value) =>
        value is string password && PasswordRules.LengthOf(password) is var length && length >= MinimumLength && length <= MaximumLength;
}
