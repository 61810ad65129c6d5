using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Auth.SignUp;

/// <summary>
/// Signs people up. What was entered belongs to the flow it was entered in, and counts once the code that was mailed for this flow is
/// entered: whoever else signs up with the same address changes nothing of it. The account is written before the code, so that its user
/// name is kept; an account without a code gets one by signing up again. With an address that has an owner all is the same, the user name
/// included: kept only for unknown ones, it would tell the two apart.
/// </summary>
internal sealed class SignUps(AccountStore accounts, OneTimeCodes codes, Passwords.Passwords passwords, KeyRing ring)
{
    /// <returns>The flow, or null when the user name is taken.</returns>
    public async Task<string?> SignUpAsync(Account details, string password, Requester caller, CancellationToken ct)
    {
        // Always, and first: a known address must not answer faster.
        details.PasswordHash = await passwords.HashAsync(password, ct);
        var entered = new SignUpDetails(details.Username, details.Name, details.Role, details.PasswordHash);
        var (id, claimed) = (details.Id, $"claimed:{ring.Hash(details.Email, "claim")}");

        while (true)
        {
            var (known, claim, namesake) = await accounts.FindNamesakesAsync(details.Email, claimed, details.Username, ct);
            if (namesake is not null && (namesake.Verified || (namesake.Email != details.Email && namesake.Email != claimed)))
            {
                return null;
            }

            var code = await codes.GetAsync(CodePurposes.VerifyEmail, details.Email, ct);
            var sends = codes.MaySend(code, caller);
            var flow = caller.Flow is { } named && code.Flows.ContainsKey(named) ? named
                : await FindRepeatedAsync(code, password, ct) ?? caller.Flow ?? Requesters.NewFlow();

            var owner = known is { Verified: true } ? known : null;
            details.Id = (owner is null ? known ?? claim : claim)?.Id ?? id;
            switch (await accounts.WriteSignUpAsync(details, owner is null ? details.Email : claimed, ct))
            {
                case SignUpClash.Username:
                    return null;

                // A caller who leaves now must not keep the mail from following.
                case null when await WriteCodeAsync(code, flow, caller, sends, owner ?? details, entered):
                    return flow;
            }
        }
    }

    /// <summary>
    /// Whether the caller has signed up with this address and password, and only the code is missing. Known addresses are no different: whoever
    /// signs up with one is not told by the next sign-in that it has an owner.
    /// </summary>
    public async Task<bool> HasEnteredAsync(string email, string password, Requester caller, Passwords.Passwords.Turn turn, CancellationToken ct)
    {
        var code = await codes.GetAsync(CodePurposes.VerifyEmail, email, ct);
        return code.FlowOf(caller) is { } flow
            && code.Flows[flow].Details is { } entered
            && await turn.VerifyAsync(entered.PasswordHash, password, ct) != PasswordVerificationResult.Failed;
    }

    private Task<bool> WriteCodeAsync(Code code, string flow, Requester caller, bool sends, Account account, SignUpDetails entered) => sends
        ? codes.TrySendAsync(code, flow, caller, account, entered, CancellationToken.None)
        : codes.TryNoteAsync(code, flow, caller, entered, CancellationToken.None);

    // The form sent twice before the first answer, which names the flow, was there: the code that is on its way does for both. Whoever
    // knows the password is the same person.
    private async Task<string?> FindRepeatedAsync(Code code, string password, CancellationToken ct)
    {
        if (!codes.IsInGap(code) || code.Newest is not { } newest || code.Flows[newest].Details is not { } entered)
        {
            return null;
        }

        using var turn = await passwords.TakeTurnAsync(ct);
        return await turn.VerifyAsync(entered.PasswordHash, password, ct) == PasswordVerificationResult.Failed ? null : newest;
    }
}
