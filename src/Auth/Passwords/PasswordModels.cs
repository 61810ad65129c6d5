using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.SecondFactor;

namespace Visuels.Auth.Passwords;

/// <summary>Body of <c>POST /password/forgot</c>.</summary>
public sealed record ForgotRequest([property: Email] string Email, [property: Flow] string? Flow = null);

/// <summary>
/// Answer of <c>POST /password/forgot</c>. The flow is in a cookie, too; a program that keeps none sends it back with the code. There is none
/// while another request's code is on its way.
/// </summary>
public sealed record ForgotResponse(bool Status, string Msg, string? Flow);

/// <summary>Body of <c>POST /password/reset</c>.</summary>
public sealed record ResetRequest(
    [property: Email] string Email,
    [property: Otp] string Otp,
    [property: PasswordLength] string Password,
    [property: Flow] string? Flow = null);

/// <summary>Answer of <c>POST /password/reset</c>.</summary>
public sealed record ResetResponse(bool Status, string Msg);

/// <summary>Body of <c>PUT /password</c>.</summary>
public sealed record ChangePasswordRequest(
    [property: PasswordLength(1)] string Current, [property: PasswordLength] string Next, [property: SecondFactorCode] string? Code = null);
