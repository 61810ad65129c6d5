namespace Visuels.Contracts.Accounts;

/// <summary>A person at Google can sign in to an account from now on. Its owner is told by mail, in case it was somebody else.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Version">Version of the account.</param>
/// <param name="Email">Its address.</param>
/// <param name="Name">How to address the reader.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record GoogleLinked(
    string UserId,
    long Version,
    string Email,
    string Name,
    DateTimeOffset At);
