using System.Globalization;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.ServiceDefaults.Security;

/// <summary>What an operator wants to find in the logs after something has happened.</summary>
public enum SecurityEvent
{
    /// <summary>A session began.</summary>
    SignedIn,

    /// <summary>A wrong address or password, or a sign-in by Google that failed.</summary>
    SignInFailed,

    /// <summary>Tries were refused without being looked at, because there had been too many.</summary>
    Throttled,

    /// <summary>A wrong, used or expired one-time code.</summary>
    CodeRefused,

    /// <summary>A one-time code was asked for, by mail.</summary>
    CodeAsked,

    /// <summary>An address was proven.</summary>
    AddressProven,

    /// <summary>A password was changed or reset.</summary>
    PasswordChanged,

    /// <summary>An account got another address, or one back that it had before.</summary>
    AddressChanged,

    /// <summary>A refresh token came a second time; its session ended.</summary>
    RefreshTokenReused,

    /// <summary>Sessions were ended, by their user or by an operator.</summary>
    SessionsEnded,

    /// <summary>An account was blocked or let in again.</summary>
    BlockChanged,

    /// <summary>An account got another role.</summary>
    RoleChanged,

    /// <summary>The second factor was switched on or off, or its recovery codes were renewed.</summary>
    SecondFactorChanged,

    /// <summary>A wrong or used code of a second factor.</summary>
    SecondFactorRefused,

    /// <summary>A recovery code took the second factor's place.</summary>
    RecoveryCodeUsed,

    /// <summary>An account was linked with Google, or taken over by the owner of its address.</summary>
    GoogleLinked,

    /// <summary>A page that is not ours sent a request with our cookies.</summary>
    CrossSiteRefused,

    /// <summary>A service called what it may not call, or with a token that is not for it.</summary>
    ServiceCallRefused,

    /// <summary>A signed-in caller lacks the role for a route.</summary>
    AccessDenied,

    /// <summary>An account was deleted.</summary>
    AccountDeleted,

    /// <summary>Somebody took their data along.</summary>
    DataExported,
}

/// <summary>
/// Security events, one line each in category <c>Visuels.Security</c>: what, who, from where. Who is an id, or for an address that belongs
/// to nobody its tag; never an address, a name, a code or a token.
/// </summary>
public sealed partial class SecurityLog(ILoggerFactory loggers, IHttpContextAccessor http)
{
    /// <summary>The category of all security events.</summary>
    public const string Category = "Visuels.Security";

    /// <summary>Stands where there is no more to tell of an event.</summary>
    public const string NoDetail = "-";

    private const string TagUse = "log-tag";
    private const int TagDigits = 12;

    private readonly ILogger _logger = loggers.CreateLogger(Category);

    /// <summary>Hears of every event once it is written down, as <see cref="Note"/> was told: for who shows it to others than the operator. Must not wait.</summary>
    public event Action<SecurityEvent, string, string>? Noted;

    /// <summary>Writes an event down.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="who">Id of the account, name of the service, or <see cref="TagOf"/> an address.</param>
    /// <param name="detail">More about it, in words of the program, not of a caller.</param>
    public void Note(SecurityEvent what, string who, string detail = NoDetail)
    {
        var from = http.HttpContext?.Connection.RemoteIpAddress?.ToString() ?? "-";
        switch (what)
        {
            case SecurityEvent.SignInFailed or SecurityEvent.Throttled or SecurityEvent.CodeRefused or SecurityEvent.SecondFactorRefused
                or SecurityEvent.RefreshTokenReused or SecurityEvent.CrossSiteRefused or SecurityEvent.ServiceCallRefused or SecurityEvent.AccessDenied:
                LogRefusal(_logger, what, OneLine(who), from, OneLine(detail));
                break;
            default:
                LogChange(_logger, what, OneLine(who), from, OneLine(detail));
                break;
        }

        Noted?.Invoke(what, who, detail);
    }

    /// <summary>Stands for an address: the same for the same address, and of no use to who reads the logs without the keys.</summary>
    /// <param name="address">An e-mail address in its one spelling.</param>
    /// <param name="ring">The ring of <see cref="KeyFolder.SealingRing"/>.</param>
    public static string TagOf(string address, KeyRing ring)
    {
        var hash = ring.Hash(address, TagUse);
        return string.Create(CultureInfo.InvariantCulture, $"address-{hash.AsSpan(hash.IndexOf('.') + 1, TagDigits)}");
    }

    // What is meant for one line stays on it, whoever calls.
    private static string OneLine(string text) => text.Any(char.IsControl) ? string.Concat(text.Where(c => !char.IsControl(c))) : text;

    [LoggerMessage(LogLevel.Information, "{What} who={Who} from={From} detail={Detail}")]
    private static partial void LogChange(ILogger logger, SecurityEvent what, string who, string from, string detail);

    [LoggerMessage(LogLevel.Warning, "{What} who={Who} from={From} detail={Detail}")]
    private static partial void LogRefusal(ILogger logger, SecurityEvent what, string who, string from, string detail);
}
