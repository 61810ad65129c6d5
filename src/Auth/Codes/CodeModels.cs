using System.ComponentModel.DataAnnotations;
using Visuels.Auth.Accounts;

namespace Visuels.Auth.Codes;

/// <summary>Body of <c>POST /email-verify</c>. A program that keeps no cookies names the flow that its sign-up was answered with.</summary>
public sealed record VerifyRequest([property: Email] string Email, [property: Otp] string Otp, [property: Flow] string? Flow = null);

/// <summary>Body of <c>POST /email-resend-otp</c>.</summary>
public sealed record ResendRequest([property: Email] string Email, [property: Flow] string? Flow = null);

/// <summary>Answer of <c>POST /email-resend-otp</c>.</summary>
public sealed record ResendResponse(bool Status, string Msg);

/// <summary>A one-time code as it is typed.</summary>
internal sealed class OtpAttribute() : RegularExpressionAttribute("^[0-9]{6}$")
{
    // To the library an empty text fits every pattern.
    public override bool IsValid(object? value) => value is not "" && base.IsValid(value);

    public override string FormatErrorMessage(string name) => "A code has six digits.";
}
