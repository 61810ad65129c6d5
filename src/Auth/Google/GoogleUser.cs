using System.Security.Claims;
using System.Text.Json;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OAuth.Claims;
using Visuels.Auth.Accounts;

namespace Visuels.Auth.Google;

/// <summary>What Google says about a person.</summary>
/// <param name="Subject">Google's own id of the person.</param>
/// <param name="Email">The address that Google once verified, or null.</param>
/// <param name="Name">How to address them.</param>
/// <param name="IsHosted">
/// Whether the mailbox itself is Google's (Gmail, or the person's organisation is at Google). Of all other addresses Google knows only whose
/// they were when the Google account was made.
/// </param>
internal sealed record GoogleUser(string Subject, string? Email, string Name, bool IsHosted)
{
    private const string Gmail = "@gmail.com";
    private const string Subjects = "google:sub";
    private const string Emails = "google:email";
    private const string Names = "google:name";
    private const string Organisations = "google:hd";

    /// <summary>Keeps of Google's answer what is used here; an address only when Google has verified it.</summary>
    public static void Map(ClaimActionCollection actions)
    {
        actions.Clear();
        actions.MapJsonKey(Subjects, "sub");
        actions.MapJsonKey(Names, "name");
        actions.MapCustomJson(Organisations, user => user.TryGetProperty("hd", out var hd) && hd.ValueKind == JsonValueKind.String ? hd.GetString() : null);
        actions.MapCustomJson(Emails, user =>
            user.TryGetProperty("email_verified", out var verified) && IsTrue(verified) && user.TryGetProperty("email", out var email)
                ? email.GetString()
                : null);
    }

    /// <summary>The person, or null when Google did not even say who it is.</summary>
    public static GoogleUser? From(ClaimsPrincipal? principal)
    {
        if (principal?.FindFirstValue(Subjects) is not { Length: > 0 and <= 255 } subject)
        {
            return null;
        }

        var email = InputRules.Email(principal.FindFirstValue(Emails) ?? "");
        var name = (principal.FindFirstValue(Names) ?? "").Trim();
        var isHosted = email.EndsWith(Gmail, StringComparison.Ordinal) || principal.FindFirstValue(Organisations) is not null;
        return new GoogleUser(subject, InputRules.IsEmail(email) ? email : null, InputRules.IsName(name) ? name : "user", isHosted);
    }

    private static bool IsTrue(JsonElement value) =>
        value.ValueKind == JsonValueKind.True || (value.ValueKind == JsonValueKind.String && value.ValueEquals("true"));
}
