namespace Visuels.Contracts.Accounts;

/// <summary>Something happened to the second factor of an account that its owner must hear of. Carries no secret.</summary>
/// <param name="UserId">The account.</param>
/// <param name="Version">Version of the account.</param>
/// <param name="Email">Its address.</param>
/// <param name="Name">How to address the reader.</param>
/// <param name="Change">What happened: <see cref="SecondFactorChanges"/>.</param>
/// <param name="RecoveryCodesLeft">How many recovery codes are left, 0 to 10.</param>
/// <param name="At">When it happened, UTC.</param>
public sealed record SecondFactorChanged(
    string UserId,
    long Version,
    string Email,
    string Name,
    string Change,
    int RecoveryCodesLeft,
    DateTimeOffset At);

/// <summary>The values of <see cref="SecondFactorChanged.Change"/>.</summary>
public static class SecondFactorChanges
{
    /// <summary>Sign-in asks for a second factor from now on.</summary>
    public const string SwitchedOn = "SWITCHED_ON";

    /// <summary>The owner has switched it off.</summary>
    public const string SwitchedOff = "SWITCHED_OFF";

    /// <summary>The operator has switched it off.</summary>
    public const string Removed = "REMOVED";

    /// <summary>Somebody signed in with a recovery code.</summary>
    public const string RecoveryCodeUsed = "RECOVERY_CODE_USED";

    /// <summary>New recovery codes took the place of the old ones.</summary>
    public const string RecoveryCodesRenewed = "RECOVERY_CODES_RENEWED";
}
