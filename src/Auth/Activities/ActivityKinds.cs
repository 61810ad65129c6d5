using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Activities;

/// <summary>Which security events an account's owner reads, and by which names.</summary>
internal static class ActivityKinds
{
    private static readonly Dictionary<SecurityEvent, string> Names = new()
    {
        [SecurityEvent.SignedIn] = "SIGNED_IN",
        [SecurityEvent.SignInFailed] = "SIGN_IN_FAILED",
        [SecurityEvent.AddressProven] = "EMAIL_PROVEN",
        [SecurityEvent.AddressChanged] = "EMAIL_CHANGED",
        [SecurityEvent.PasswordChanged] = "PASSWORD_CHANGED",
        [SecurityEvent.SecondFactorChanged] = "SECOND_FACTOR_CHANGED",
        [SecurityEvent.SecondFactorRefused] = "SECOND_FACTOR_REFUSED",
        [SecurityEvent.RecoveryCodeUsed] = "RECOVERY_CODE_USED",
        [SecurityEvent.GoogleLinked] = "GOOGLE_LINKED",
        [SecurityEvent.CodeAsked] = "CODE_ASKED",
        [SecurityEvent.SessionsEnded] = "SESSIONS_ENDED",
        [SecurityEvent.RefreshTokenReused] = "REFRESH_TOKEN_REUSED",
        [SecurityEvent.RoleChanged] = "ROLE_CHANGED",
        [SecurityEvent.BlockChanged] = "BLOCK_CHANGED",
        [SecurityEvent.DataExported] = "DATA_EXPORTED",
    };

    /// <summary>Null for what is not about an account, or comes as often as somebody likes.</summary>
    public static string? Of(SecurityEvent what) => Names.GetValueOrDefault(what);

    /// <summary>Whether it takes no session and no password.</summary>
    public static bool IsOpenToStrangers(SecurityEvent what) => what is SecurityEvent.SignInFailed or SecurityEvent.SecondFactorRefused or SecurityEvent.CodeAsked;
}
