using System.Net;
using Microsoft.Net.Http.Headers;
using Polly;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Gateway.Sessions;

/// <summary>Has Auth renew a session.</summary>
internal sealed partial class SessionClient(HttpClient http, ILogger<SessionClient> logger)
{
    private const int LargestAnswer = 64 * 1024;

    /// <summary>A request waits for its renewal as long as for one try of any call, both tries together.</summary>
    public static BoundedCalls BoundsOf(CallOptions calls) => new(calls.Timeout, calls.Timeout, LargestAnswer) { Connect = calls.Timeout / 2 };

    public async Task<SessionAnswer> RenewAsync(string refreshToken, IPAddress? client, CancellationToken ct)
    {
        if (!RenewalRules.IsToken(refreshToken))
        {
            return new SessionAnswer.Refused();
        }

        using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/auth/refresh");
        request.Headers.TryAddWithoutValidation(HeaderNames.Cookie, $"{SessionCookies.Refresh}={refreshToken}");

        // Auth counts renewals by the client's address, not by the Gateway's.
        request.Headers.TryAddWithoutValidation("X-Forwarded-For", client?.ToString());
        try
        {
            using var answer = await http.SendAsync(request, ct);
            if (answer.StatusCode == HttpStatusCode.Unauthorized)
            {
                return new SessionAnswer.Refused();
            }

            if (answer.IsSuccessStatusCode && answer.Headers.TryGetValues(HeaderNames.SetCookie, out var lines))
            {
                var setCookies = lines.ToList();
                var cookies = SetCookieHeaderValue.ParseList(setCookies)
                    .Where(cookie => cookie.Name.Value is SessionCookies.Token or SessionCookies.Refresh)
                    .ToDictionary(cookie => cookie.Name.Value!, cookie => cookie.Value.Value);
                if (cookies.ContainsKey(SessionCookies.Token))
                {
                    return new SessionAnswer.Renewed(setCookies, cookies);
                }
            }

            LogNotRenewed((int)answer.StatusCode);
        }
        catch (Exception e) when (e is HttpRequestException or ExecutionRejectedException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            LogUnreachable(e.GetType().Name);
        }

        return new SessionAnswer.NoAnswer();
    }

    [LoggerMessage(LogLevel.Warning, "A session was not renewed: Auth answered {Status}")]
    private partial void LogNotRenewed(int status);

    [LoggerMessage(LogLevel.Warning, "A session was not renewed: Auth does not answer ({Reason})")]
    private partial void LogUnreachable(string reason);
}

/// <summary>What came of a renewal.</summary>
internal abstract record SessionAnswer
{
    /// <summary>New cookies, as Auth set them.</summary>
    public sealed record Renewed(IReadOnlyList<string> SetCookieLines, IReadOnlyDictionary<string, string?> Cookies) : SessionAnswer;

    /// <summary>The refresh token is not, or no longer, good.</summary>
    public sealed record Refused : SessionAnswer;

    /// <summary>Auth could not be asked in time.</summary>
    public sealed record NoAnswer : SessionAnswer;
}
