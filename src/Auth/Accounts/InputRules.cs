using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Microsoft.OpenApi;
using Visuels.ServiceDefaults.OpenApi;
using Visuels.ServiceDefaults.Text;

namespace Visuels.Auth.Accounts;

/// <summary>What addresses and names may look like, and how they are written down.</summary>
internal static partial class InputRules
{
    public const int LongestEmail = 254;
    public const int LongestName = 80;

    /// <summary>The one spelling of an address: A@x and a@x are the same person.</summary>
    public static string Email(string email) => email.Trim().ToLowerInvariant();

    public static bool IsEmail(string email) => email.Length <= LongestEmail && EmailPattern().IsMatch(email);

    public static bool IsUsername(string username) => UsernamePattern().IsMatch(username);

    /// <summary>No control characters and no line breaks: names stand in mail headers and logs.</summary>
    public static bool IsName(string name) =>
        name.Length is > 0 and <= LongestName && Lines.IsOne(name);

    [GeneratedRegex(@"\A[a-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*@([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.NonBacktracking)]
    private static partial Regex EmailPattern();

    [GeneratedRegex(@"\A[A-Za-z0-9_.-]{3,30}\z", RegexOptions.NonBacktracking)]
    private static partial Regex UsernamePattern();
}

/// <summary>An e-mail address, with or without blanks around it.</summary>
internal sealed class EmailAttribute() : ValidationAttribute("Please enter a valid e-mail address."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => (schema.Format, schema.MaxLength) = ("email", InputRules.LongestEmail);

    public override bool IsValid(object? value) => value is string email && InputRules.IsEmail(InputRules.Email(email));
}

/// <summary>A unique name in URLs.</summary>
internal sealed class UsernameAttribute() : ValidationAttribute("A user name has 3 to 30 letters, digits, dots, dashes or underscores."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => schema.Pattern = "^[A-Za-z0-9_.-]{3,30}$";

    public override bool IsValid(object? value) => value is string username && InputRules.IsUsername(username.Trim());
}

/// <summary>A display name.</summary>
internal sealed class PersonNameAttribute() : ValidationAttribute("A name has 1 to 80 characters, without line breaks."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength) = (1, InputRules.LongestName);

    public override bool IsValid(object? value) => value is string name && InputRules.IsName(name.Trim());
}
