using System.ComponentModel.DataAnnotations;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Passwords;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.SignUp;

/// <summary>Body of <c>POST /email-signup</c>.</summary>
public sealed record SignUpRequest(
    [property: Email] string Email,
    [property: Username] string Username,
    [property: PersonName] string Name,
    [property: PasswordLength] string Password,
    [property: AllowedValues(Roles.User, Roles.Artist, ErrorMessage = "The role must be USER or ARTIST.")] string Role = Roles.User,
    [property: Flow] string? Flow = null);

/// <summary>Answer of <c>POST /email-signup</c>. The flow is in a cookie, too; a program that keeps none sends it back with the code.</summary>
public sealed record SignUpResponse(bool Status, string Msg, SignedUpUser User, string Flow);

/// <summary>What was signed up, as it will be known.</summary>
public sealed record SignedUpUser(string Email, string Username, string Name, string Role);
