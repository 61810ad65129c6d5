using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.JsonWebTokens;

namespace Visuels.ServiceDefaults.Security;

/// <summary>
/// A service token is good for one call: the method and path that it names (claims <c>htm</c> and <c>htu</c>, as RFC 9449 calls them;
/// the path alone, as services are reached by several host names), once.
/// </summary>
internal sealed class CallBinding(TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, DateTimeOffset> _used = new();
    private DateTimeOffset _nextCleaning;

    /// <summary>Whether a verified token is meant for this request and has not been used before.</summary>
    public bool TryUse(ClaimsPrincipal caller, HttpRequest request) =>
        caller.FindFirstValue(TokenRules.CallMethod) == request.Method
        && caller.FindFirstValue(TokenRules.CallPath) == TokenRules.PathOfCall(request.PathBase.Add(request.Path).ToUriComponent())
        && caller.FindFirst(JwtRegisteredClaimNames.Jti) is { } id
        && TryUse($"{id.Issuer} {id.Value}");

    private bool TryUse(string token)
    {
        var now = clock.GetUtcNow();
        if (now >= _nextCleaning)
        {
            _nextCleaning = now + TokenRules.ServiceTokenLife;
            foreach (var (old, forgotten) in _used)
            {
                if (forgotten < now)
                {
                    _used.TryRemove(old, out _);
                }
            }
        }

        // No token is accepted longer than this after its making, so none needs to be remembered longer.
        return _used.TryAdd(token, now + TokenRules.ServiceTokenLife + (2 * TokenRules.ClockSkew));
    }
}
