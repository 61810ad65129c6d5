namespace Visuels.Contracts.Accounts;

/// <summary>An account has a new password. Its owner is told by mail, in case it was somebody else.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Version">Version of the account.</param>
/// <param name="Email">Its address.</param>
/// <param name="Name">How to address the reader.</param>
/// <param name="ByMail">Whether it was set with a code from a mail; else with the password before.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record PasswordChanged(
    string UserId,
    long Version,
    string Email,
    string Name,
    bool ByMail,
    DateTimeOffset At);
