using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Addresses;

/// <summary>Moves accounts from one address to another, and back.</summary>
internal sealed class AddressChanges(
    AccountStore accounts,
    AddressStore store,
    UndoTokens undo,
    OneTimeCodes codes,
    CodeStore codeStore,
    SessionStore sessions,
    SecurityLog security,
    TimeProvider clock)
{
    public bool IsUsedUp(Account account) => account.FormerAddresses.Count(former => clock.GetUtcNow() < former.Until) >= FormerAddress.Most;

    /// <summary>Mails a code to an address that an account wants. All looks the same when somebody has it already, who is told then.</summary>
    /// <param name="account">As it was read, its owner having been asked.</param>
    /// <param name="email">The address.</param>
    /// <param name="caller">The session that asks: the code counts in no other.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <returns>False when the account has changed since it was read.</returns>
    public async Task<bool> AskAsync(Account account, string email, Requester caller, CancellationToken ct)
    {
        if (!await store.TryWantAsync(account, email, ct))
        {
            return false;
        }

        // Whatever follows: its owner reads this, and must not learn from it whether there was a code.
        security.Note(SecurityEvent.CodeAsked, account.Id.ToString(), CodePurposes.ChangeEmail);
        var owner = await accounts.FindByEmailAsync(email, ct);
        var code = await codes.GetAsync(CodePurposes.ChangeEmail, email, ct);
        if (codes.MaySend(code, caller))
        {
            await codes.TrySendForMoveAsync(code, caller, account, owner is { Verified: true } ? owner : null, ct);
        }

        return true;
    }

    /// <summary>Moves an account to an address that it wants and whose code was entered. Others may change the account meanwhile, but not what it wants.</summary>
    /// <returns>What became of it, and the account: null when it is gone.</returns>
    public async Task<(AddressChange Change, Account? Account)> MoveAsync(Account? account, string email, ObjectId session)
    {
        while (account is { Blocked: false } && account.WantedAddress?.Email == email)
        {
            var before = account.Email;
            var change = await store.TryMoveAsync(account, email, session, CancellationToken.None);
            if (change == AddressChange.Done)
            {
                await codeStore.WithdrawAsync(before, CancellationToken.None);
                await sessions.ClearAsync(account.Id, CancellationToken.None, session);
            }

            if (change != AddressChange.Stale)
            {
                return (change, account);
            }

            account = await accounts.FindAsync(account.Id, CancellationToken.None);
        }

        return (AddressChange.Stale, account);
    }

    /// <summary>Brings an account back to the address that a token was mailed to.</summary>
    /// <returns>What became of it, and the account: null when the token is good for none.</returns>
    public async Task<(AddressChange Change, Account? Account)> RestoreAsync(string token, CancellationToken ct)
    {
        while (UndoTokens.AccountOf(token) is { } id
            && await accounts.FindAsync(id, ct) is { } account
            && undo.Find(account, token, clock.GetUtcNow()) is { } former)
        {
            var before = account.Email;
            var change = account.Blocked ? AddressChange.Stale : await store.TryRestoreAsync(account, former, CancellationToken.None);
            if (change == AddressChange.Done)
            {
                await codeStore.WithdrawAsync(before, CancellationToken.None);
                await sessions.ClearAsync(account.Id, CancellationToken.None);
            }

            if (change != AddressChange.Stale || account.Blocked)
            {
                return (change, account);
            }
        }

        return (AddressChange.Stale, null);
    }
}

/// <summary>Forgets the addresses that accounts wanted or had: <see cref="AddressStore.ForgetAsync"/>.</summary>
internal sealed class ForgottenAddresses(AddressStore store) : IScheduledJob
{
    public Task<long> RunAsync(CancellationToken ct) => store.ForgetAsync(ct);
}
