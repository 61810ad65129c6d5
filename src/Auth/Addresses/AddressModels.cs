using System.ComponentModel.DataAnnotations;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Passwords;
using Visuels.Auth.SecondFactor;

namespace Visuels.Auth.Addresses;

/// <summary>Body of <c>PUT /email</c>: the address, and what shows that it is the owner who asks (<see cref="Sessions.Reauthentication"/>).</summary>
public sealed record ChangeAddressRequest(
    [property: Email] string Email,
    [property: StringLength(PasswordRules.Longest, ErrorMessage = "A password has at most 128 characters.")] string? Password = null,
    [property: SecondFactorCode] string? Code = null);

/// <summary>Answer of <c>PUT /email</c>.</summary>
public sealed record ChangeAddressResponse(bool Status, string Msg);

/// <summary>Body of <c>POST /email/confirm</c>.</summary>
public sealed record ConfirmAddressRequest([property: Otp] string Otp);

/// <summary>Body of <c>POST /email/undo</c>.</summary>
public sealed record UndoAddressRequest([property: Required, StringLength(100, ErrorMessage = "This is no token of ours.")] string Token);

/// <summary>Answer of <c>POST /email/undo</c>.</summary>
public sealed record UndoAddressResponse(bool Status, string Msg);
