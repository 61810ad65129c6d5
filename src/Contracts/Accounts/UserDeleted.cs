namespace Visuels.Contracts.Accounts;

/// <summary>
/// The owner of an account deleted it. Nothing that was known of the person may stay: readers forget names and addresses, and end what is
/// still under way. May be the first, and is the last, that a reader sees of the account.
/// </summary>
/// <param name="UserId">The account. Its id stays known, so that orders and messages of the other side keep two sides.</param>
/// <param name="Version">Version of the account; higher than that of every event before, which must not bring the name back.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record UserDeleted(string UserId, long Version, DateTimeOffset At);
