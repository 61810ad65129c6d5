using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Http;

namespace Visuels.ServiceDefaults.Security.Revocation;

/// <summary>Where revocations are asked for: Auth over HTTP, and in Auth its own store.</summary>
public interface IRevocationSource
{
    /// <summary>What was revoked since a moment, oldest first.</summary>
    /// <param name="since">By Auth's clock; null for all that living tokens can be concerned by.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">Auth does not answer in time.</exception>
    Task<RevocationsResponse> SinceAsync(DateTimeOffset? since, CancellationToken ct);
}

/// <summary>Asks Auth for revocations.</summary>
internal sealed class RevocationsClient(HttpClient http) : IRevocationSource
{
    public Task<RevocationsResponse> SinceAsync(DateTimeOffset? since, CancellationToken ct) => http.AskAsync<RevocationsResponse>(
        "auth (revocations)", "api/v1/auth/internal/revocations", new RevocationsRequest(since), ct);
}

/// <summary>Body of <c>POST /api/v1/auth/internal/revocations</c>.</summary>
/// <param name="Since">Moment by Auth's clock from which on revocations are wanted; null for all that matter.</param>
public sealed record RevocationsRequest(DateTimeOffset? Since = null);

/// <summary>Its answer: the events that were, or will be, published.</summary>
/// <param name="Accounts">The last of each account, oldest first, at most 2,000.</param>
/// <param name="Sessions">Ends of single sessions, oldest first, at most 2,000.</param>
/// <param name="Next">Where to go on from: all that was written before it has been told.</param>
/// <param name="More">Whether there is more right now.</param>
public sealed record RevocationsResponse(IReadOnlyList<SessionsRevoked> Accounts, IReadOnlyList<SessionEnded> Sessions, DateTimeOffset Next, bool More);
