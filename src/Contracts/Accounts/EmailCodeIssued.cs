namespace Visuels.Contracts.Accounts;

/// <summary>Auth made a one-time code that its owner must receive by mail.</summary>
/// <param name="CodeId">Id of the code's own document; a new code for the same purpose has a new id.</param>
/// <param name="Version">Version of the code's document.</param>
/// <param name="UserId">The account the code belongs to.</param>
/// <param name="Email">Where the code goes.</param>
/// <param name="Name">How to address the reader; empty while nobody has shown that the address, and so the name, is the reader's own.</param>
/// <param name="Purpose">What the code proves: <see cref="CodePurposes"/>.</param>
/// <param name="SealedCode">The code, sealed with AES-GCM; the broker and its dead letters never hold it in clear.</param>
/// <param name="ExpiresAt">From then on the code is worthless and must not be mailed.</param>
public sealed record EmailCodeIssued(
    string CodeId,
    long Version,
    string UserId,
    string Email,
    string Name,
    string Purpose,
    string SealedCode,
    DateTimeOffset ExpiresAt);

/// <summary>The values of <see cref="EmailCodeIssued.Purpose"/>.</summary>
public static class CodePurposes
{
    /// <summary>Proves that a new account owns its address.</summary>
    public const string VerifyEmail = "VERIFY_EMAIL";

    /// <summary>Lets the owner of an address set a new password.</summary>
    public const string ResetPassword = "RESET_PASSWORD";

    /// <summary>Gives an account the address that the code was mailed to.</summary>
    public const string ChangeEmail = "CHANGE_EMAIL";

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [VerifyEmail, ResetPassword, ChangeEmail];
}
