using Microsoft.AspNetCore.Authentication;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Google;

/// <summary>What somebody set out to do before they went to Google. Travels in the sealed state, out of the browser's reach.</summary>
internal sealed record GoogleIntent(string Mode, string Role)
{
    public const string SignIn = "signin";
    public const string SignUp = "signup";

    private const string ModeItem = "visuels.mode";
    private const string RoleItem = "visuels.role";

    public bool IsSignUp => Mode == SignUp;

    public bool HasRole => Role is Roles.User or Roles.Artist;

    public AuthenticationProperties ToProperties() => new() { Items = { [ModeItem] = Mode, [RoleItem] = Role } };

    public static GoogleIntent From(AuthenticationProperties? properties) => new(
        properties?.Items.TryGetValue(ModeItem, out var mode) is true ? mode ?? "" : "",
        properties?.Items.TryGetValue(RoleItem, out var role) is true ? role ?? "" : "");
}

/// <summary>The words that the storefront's sign-in page shows.</summary>
internal static class GoogleErrors
{
    public const string NoEmail = "EmailId not found in google";
    public const string Unknown = "User not found, please signup";
    public const string Known = "User already exists";
    public const string Role = "Invalid role";
    public const string Blocked = "This account is blocked";
    public const string SecondFactor = "SECOND_FACTOR_REQUIRED";
    public const string Cancelled = "AUTH_FAILED";
    public const string Failed = "GOOGLE_FAILED";
}
