using System.ComponentModel.DataAnnotations;
using Microsoft.OpenApi;
using Visuels.Auth.Passwords;
using Visuels.ServiceDefaults.OpenApi;

namespace Visuels.Auth.SecondFactor;

/// <summary>Body of <c>POST /second-factor</c>; an account without a password needs none, but a session that is young.</summary>
public sealed record BeginSecondFactorRequest(
    [property: StringLength(PasswordRules.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password = null);

/// <summary>Answer of <c>POST /second-factor</c>: what the authenticator app must know. It is never told again.</summary>
public sealed record SecondFactorSeed(string Secret, string Uri);

/// <summary>A body with one code: of the app, or a recovery code.</summary>
public sealed record SecondFactorCodeRequest([property: SecondFactorCode] string Code);

/// <summary>Body of <c>POST /second-factor/confirm</c>: the first code of the app.</summary>
public sealed record ConfirmSecondFactorRequest([property: Codes.Otp] string Code);

/// <summary>Body of <c>POST /second-factor/verify</c>.</summary>
public sealed record VerifySecondFactorRequest(
    [property: Required, StringLength(512, ErrorMessage = "This is no ticket.")] string Ticket,
    [property: SecondFactorCode] string Code);

/// <summary>The recovery codes, shown this once.</summary>
public sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);

/// <summary>Answer of <c>GET /second-factor</c>.</summary>
public sealed record SecondFactorState(bool Enabled, DateTimeOffset? Since, int RecoveryCodesLeft)
{
    internal static SecondFactorState Of(Authenticator? authenticator) =>
        authenticator is { IsOn: true } ? new(true, authenticator.OnSince, authenticator.RecoveryCodes.Count) : new(false, null, 0);
}

/// <summary>Six digits, or a recovery code. A member that may be absent may be null.</summary>
internal sealed class SecondFactorCodeAttribute() : ValidationAttribute("A code has six digits; a recovery code has twelve letters and digits."), ISchemaRule
{
    public void Describe(OpenApiSchema schema) => schema.Pattern = "^([0-9]{6}|[A-Za-z0-9 -]{12,})$";

    public override bool IsValid(object? value) =>
        value is null || (value is string code && ((code.Length == 6 && code.All(char.IsAsciiDigit)) || RecoveryCodes.Read(code) is not null));
}
