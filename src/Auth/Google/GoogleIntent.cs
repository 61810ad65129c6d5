using Microsoft.AspNetCore.Authentication;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Google;

/// <summary>What somebody set out to do before they went to Google. Travels in the sealed state, out of the browser's reach.</summary>
/// <param name="Mode">Sign in or sign up.</param>
/// <param name="Role">The role of a new account.</param>
/// <param name="Session">The session that their browser had here; empty when none.</param>
/// <param name="Flow">See <see cref="GoogleFlows"/>.</param>
internal sealed record GoogleIntent(string Mode, string Role, string Session, string Flow)
{
    public const string SignIn = "signin";
    public const string SignUp = "signup";

    private const string ModeItem = "visuels.mode";
    private const string RoleItem = "visuels.role";
    private const string SessionItem = "visuels.session";
    private const string FlowItem = "visuels.flow";

    /// <summary>What somebody sets out to do now.</summary>
    public static GoogleIntent Begin(string? mode, string? role, ObjectId? session, DateTimeOffset now) =>
        new(mode ?? "", role ?? "", session?.ToString() ?? "", GoogleFlows.New(now));

    public bool IsSignUp => Mode == SignUp;

    public bool HasRole => Role is Roles.User or Roles.Artist;

    public ObjectId? SessionId => ObjectId.TryParse(Session, out var id) ? id : null;

    public AuthenticationProperties ToProperties() =>
        new() { Items = { [ModeItem] = Mode, [RoleItem] = Role, [SessionItem] = Session, [FlowItem] = Flow } };

    public static GoogleIntent From(AuthenticationProperties? properties) =>
        new(Item(properties, ModeItem), Item(properties, RoleItem), Item(properties, SessionItem), Item(properties, FlowItem));

    private static string Item(AuthenticationProperties? properties, string name) =>
        properties?.Items.TryGetValue(name, out var value) is true ? value ?? "" : "";
}

/// <summary>The words that the storefront's sign-in page shows.</summary>
internal static class GoogleErrors
{
    public const string NoEmail = "EmailId not found in google";
    public const string Unknown = "User not found, please signup";
    public const string Known = "User already exists";
    public const string Role = "Invalid role";
    public const string SignInFirst = "Please sign in with your password first, and then with Google";
    public const string Blocked = "This account is blocked";
    public const string SecondFactor = "SECOND_FACTOR_REQUIRED";
    public const string Cancelled = "AUTH_FAILED";
    public const string Failed = "GOOGLE_FAILED";
}
