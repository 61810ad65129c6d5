using System.ComponentModel.DataAnnotations;
using Visuels.Auth.Accounts;
using Visuels.Auth.Passwords;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.SignUp;

/// <summary>Body of <c>POST /email-signup</c>.</summary>
public sealed record SignUpRequest(
    [property: Email] string Email,
    [property: Username] string Username,
    [property: PersonName] string Name,
    [property: StringLength(PasswordRules.Longest, MinimumLength = PasswordRules.Shortest, ErrorMessage = "A password has 8 to 128 characters.")] string Password,
    [property: AllowedValues(Roles.User, Roles.Artist, ErrorMessage = "The role must be USER or ARTIST.")] string Role = Roles.User);

/// <summary>Answer of <c>POST /email-signup</c>.</summary>
public sealed record SignUpResponse(bool Status, string Msg, SignedUpUser User);

/// <summary>What was signed up, as it will be known.</summary>
public sealed record SignedUpUser(string Email, string Username, string Name, string Role);
