namespace Visuels.Contracts.Accounts;

/// <summary>The public face of an account changed; carries all of it, so that a reader needs no earlier event.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Version">Version of the account; readers keep the highest they have seen.</param>
/// <param name="Email">The proven address, lower-cased.</param>
/// <param name="Username">Unique name in URLs.</param>
/// <param name="Name">Display name.</param>
/// <param name="Role"><c>USER</c>, <c>ARTIST</c> or <c>ADMIN</c>.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record UserUpdated(
    string UserId,
    long Version,
    string Email,
    string Username,
    string Name,
    string Role,
    DateTimeOffset At);
