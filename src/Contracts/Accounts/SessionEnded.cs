namespace Visuels.Contracts.Accounts;

/// <summary>One session ended, which happens once: its access tokens are refused. Read by every instance of every service.</summary>
/// <param name="SessionId">The session.</param>
/// <param name="UserId">Whose it was.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record SessionEnded(string SessionId, string UserId, DateTimeOffset At);
