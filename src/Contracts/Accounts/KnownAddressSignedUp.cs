namespace Visuels.Contracts.Accounts;

/// <summary>Somebody tried to sign up with, or to move to, the address of an existing account. Its owner is told by mail; the answer over HTTP tells nothing.</summary>
/// <param name="UserId">The existing account.</param>
/// <param name="Version">Version of the account.</param>
/// <param name="Email">Its address.</param>
/// <param name="Name">How to address the reader.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record KnownAddressSignedUp(
    string UserId,
    long Version,
    string Email,
    string Name,
    DateTimeOffset At);
