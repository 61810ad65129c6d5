namespace Visuels.Contracts.Accounts;

/// <summary>
/// Access tokens of an account are not good any more, or tell a role that it no longer has. Carries all that is to be known of them, so that
/// a reader needs no earlier event. Read by every instance of every service.
/// </summary>
/// <param name="UserId">The account.</param>
/// <param name="Version">Version of the account; readers keep the highest they have seen.</param>
/// <param name="Generation">Tokens of a lower generation tell another role than this: what counts is <paramref name="Role"/>.</param>
/// <param name="EndedBelow">Tokens of a lower generation are refused, at most <paramref name="Generation"/>.</param>
/// <param name="KeptSession">The one session whose tokens are not, if any.</param>
/// <param name="Role"><c>USER</c>, <c>ARTIST</c> or <c>ADMIN</c>.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record SessionsRevoked(
    string UserId,
    long Version,
    long Generation,
    long EndedBelow,
    string? KeptSession,
    string Role,
    DateTimeOffset At);
