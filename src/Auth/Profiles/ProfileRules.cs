using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.Profiles;

/// <summary>What profiles may say. Empty, and the words for "not told", are always fine: they take back what was said.</summary>
internal static partial class ProfileRules
{
    public static bool IsUntold(string text) => string.IsNullOrWhiteSpace(text) || text.Trim() == UserProfile.Untold;

    /// <summary>Line breaks are text; other control characters are not.</summary>
    public static bool IsText(string text, int longest) => text.Length <= longest && !ControlPattern().IsMatch(text);

    /// <summary>A day, or a time of which the day counts: the storefront sends either.</summary>
    public static DateTimeOffset? Day(string text) =>
        DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time)
        && IsoDatePattern().IsMatch(text)
            ? new DateTimeOffset(time.UtcDateTime.Date, TimeSpan.Zero)
            : null;

    [GeneratedRegex(@"[\p{Cc}-[\r\n\t]]")]
    private static partial Regex ControlPattern();

    [GeneratedRegex(@"\A\d{4}-\d{2}-\d{2}(T[0-9:.]+(Z|[+-]\d{2}:\d{2})?)?\z", RegexOptions.NonBacktracking)]
    private static partial Regex IsoDatePattern();

    [GeneratedRegex(@"\A[0-9]{10}\z", RegexOptions.NonBacktracking)]
    public static partial Regex PhonePattern();
}

/// <summary>A text of a profile.</summary>
internal sealed class ProfileTextAttribute(int longest) : ValidationAttribute($"{{0}} has at most {longest} characters, and no control characters."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => schema.MaxLength = longest;

    public override bool IsValid(object? value) => value is null || (value is string text && ProfileRules.IsText(text, longest));
}

/// <summary>A phone number.</summary>
internal sealed class TenDigitsAttribute() : ValidationAttribute("A phone number has ten digits."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => schema.Pattern = $"^([0-9]{{10}}|{UserProfile.Untold}|)$";

    public override bool IsValid(object? value) =>
        value is null || (value is string text && (ProfileRules.IsUntold(text) || ProfileRules.PhonePattern().IsMatch(text.Trim())));
}

/// <summary>A day of birth.</summary>
internal sealed class PastDateAttribute() : ValidationAttribute("A date of birth is a day in the past, such as 1990-12-31."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => schema.Description = "A day in the past, such as 1990-12-31.";

    private static readonly DateTimeOffset Earliest = new(1900, 1, 1, 0, 0, 0, TimeSpan.Zero);

    protected override ValidationResult? IsValid(object? value, ValidationContext validationContext)
    {
        var now = validationContext.GetRequiredService<TimeProvider>().GetUtcNow();
        return value is null || (value is string text && (ProfileRules.IsUntold(text) || (ProfileRules.Day(text) is { } day && day >= Earliest && day < now)))
            ? ValidationResult.Success
            : new ValidationResult(ErrorMessageString);
    }
}
