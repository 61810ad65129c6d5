using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.SecondFactor;

/// <summary>Switches second factors on and off and checks their codes.</summary>
internal sealed class Authenticators(AuthenticatorStore store, KeyRing ring, SecurityLog security, TimeProvider clock)
{
    private const string SeedUse = "second-factor";

    /// <returns>The seed in clear, this once; null when the factor is on already.</returns>
    public async Task<string?> BeginAsync(Account account, CancellationToken ct)
    {
        var seed = AuthenticatorCodes.NewSeed();
        return await store.TryBeginAsync(account.Id, ring.Seal(seed, SeedUse, account.Id.ToString()), ct) ? seed : null;
    }

    /// <summary>Looks at a code, whose try is counted before. A right one is not used up yet.</summary>
    public async Task<(Verdict Verdict, Proof? Proof)> CheckAsync(Account account, string code, CancellationToken ct)
    {
        var checkedCode = RecoveryCodes.Read(code) is { } recovery
            ? FindRecoveryCode(account, recovery)
            : await CheckStepAsync(account, code, ct);
        switch (checkedCode.Verdict)
        {
            case Verdict.Wrong:
                security.Note(SecurityEvent.SecondFactorRefused, account.Id.ToString());
                break;
            case Verdict.NoTriesLeft:
                security.Note(SecurityEvent.Throttled, account.Id.ToString(), "second factor");
                break;
        }

        return checkedCode;
    }

    /// <returns>The recovery codes in clear, this once; null when another request confirmed the seed.</returns>
    public async Task<IReadOnlyList<string>?> ConfirmAsync(Account account, Proof proof, CancellationToken ct)
    {
        var codes = RecoveryCodes.New();
        return await Told(account, SecondFactorChanges.SwitchedOn, store.TryConfirmAsync(
            account, proof, Hashes(account, codes), Changed(account, SecondFactorChanges.SwitchedOn, codes.Count), ct)) ? codes : null;
    }

    /// <summary>Uses up a code, with the ticket of a sign-in if there is one.</summary>
    /// <returns>False when the code or the ticket was used in this instant.</returns>
    public async Task<bool> UseAsync(Account account, Proof proof, string? ticket, CancellationToken ct)
    {
        var told = proof.IsRecoveryCode
            ? Changed(account, SecondFactorChanges.RecoveryCodeUsed, account.Authenticator!.RecoveryCodes.Count - 1)
            : null;
        var used = ticket is null ? await store.TryUseAsync(account, proof, told, ct) : await store.TryUseAsync(account, proof, ticket, told, ct);
        if (used && proof.IsRecoveryCode)
        {
            security.Note(SecurityEvent.RecoveryCodeUsed, account.Id.ToString());
        }

        return used;
    }

    /// <returns>The recovery codes in clear, this once; null when the code that asks for them was used in this instant.</returns>
    public async Task<IReadOnlyList<string>?> RenewRecoveryCodesAsync(Account account, Proof proof, CancellationToken ct)
    {
        var codes = RecoveryCodes.New();
        return await Told(account, SecondFactorChanges.RecoveryCodesRenewed, store.TryRenewRecoveryCodesAsync(
            account, proof, Hashes(account, codes), Changed(account, SecondFactorChanges.RecoveryCodesRenewed, codes.Count), ct)) ? codes : null;
    }

    public Task<bool> SwitchOffAsync(Account account, Proof proof, CancellationToken ct) => Told(
        account, SecondFactorChanges.SwitchedOff, store.TrySwitchOffAsync(account, proof, Changed(account, SecondFactorChanges.SwitchedOff, 0), ct));

    /// <summary>The operator's way, for who has lost the app and the recovery codes.</summary>
    public Task<bool> RemoveAsync(Account account, CancellationToken ct) => Told(
        account, SecondFactorChanges.Removed, store.TryRemoveAsync(account.Id, Changed(account, SecondFactorChanges.Removed, 0), ct));

    private async Task<(Verdict Verdict, Proof? Proof)> CheckStepAsync(Account account, string code, CancellationToken ct)
    {
        if (await store.TryTakeTryAsync(account, ct) is not { Authenticator: { } current })
        {
            return (Verdict.NoTriesLeft, null);
        }

        var seed = ring.Open(current.Seed, SeedUse, account.Id.ToString())
            ?? throw new InvalidOperationException("A second factor's seed cannot be opened: its key is missing in sealing.key.");
        return AuthenticatorCodes.StepOf(seed, code, clock.GetUtcNow()) is { } step && step > current.LastStep
            ? (Verdict.Right, new Proof(step))
            : (Verdict.Wrong, null);
    }

    private (Verdict Verdict, Proof? Proof) FindRecoveryCode(Account account, string code)
    {
        var hash = account.Authenticator!.RecoveryCodes.Find(hash => ring.Matches(code, RecoveryUse(account.Id), hash));
        return hash is null ? (Verdict.Wrong, null) : (Verdict.Right, new Proof(0, hash));
    }

    private async Task<bool> Told(Account account, string change, Task<bool> doing)
    {
        var done = await doing;
        if (done)
        {
            security.Note(SecurityEvent.SecondFactorChanged, account.Id.ToString(), change);
        }

        return done;
    }

    private List<string> Hashes(Account account, IEnumerable<string> codes) =>
        [.. codes.Select(code => ring.Hash(RecoveryCodes.Read(code)!, RecoveryUse(account.Id)))];

    private static string RecoveryUse(ObjectId account) => $"recovery-code|{account}";

    private SecondFactorChanged Changed(Account account, string change, int codesLeft) =>
        new(account.Id.ToString(), account.Version, account.Email, account.Name, change, codesLeft, clock.GetUtcNow());
}

internal enum Verdict
{
    Right,
    Wrong,
    NoTriesLeft,
}
