using MongoDB.Driver;
using Visuels.Auth.Accounts;

namespace Visuels.Auth.SecondFactor;

/// <summary>A code that was right when it was looked at: a step of the app, or the hash of a recovery code. It is used up by the write that it allows.</summary>
internal sealed record Proof(long Step, string? RecoveryCode = null)
{
    public bool IsRecoveryCode => RecoveryCode is not null;

    /// <summary>Matches while nobody has used it.</summary>
    public FilterDefinition<Account> Unused => RecoveryCode is null
        ? Builders<Account>.Filter.Lt(a => a.Authenticator!.LastStep, Step)
        : Builders<Account>.Filter.AnyEq(a => a.Authenticator!.RecoveryCodes, RecoveryCode);

    /// <summary>Takes a recovery code from the list, or notes the step; either way the wrong tries before are forgotten.</summary>
    public UpdateDefinition<Account> Use => RecoveryCode is null
        ? StepTaken
        : Forgiven.Pull(a => a.Authenticator!.RecoveryCodes, RecoveryCode);

    /// <summary>The same where the whole list is replaced anyway.</summary>
    public UpdateDefinition<Account> UseBesideNewList => RecoveryCode is null ? StepTaken : Forgiven;

    private UpdateDefinition<Account> StepTaken => Forgiven.Set(a => a.Authenticator!.LastStep, Step);

    private static UpdateDefinition<Account> Forgiven => Builders<Account>.Update
        .Set(a => a.Authenticator!.TriesLeft, Authenticator.Tries)
        .Set(a => a.Authenticator!.Rounds, 0);
}
