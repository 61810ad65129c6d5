using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;

namespace Visuels.Auth.SignUp;

/// <summary>
/// Signs people up. What was entered belongs to the flow it was entered in, and counts once the code that was mailed for this flow is
/// entered: whoever else signs up with the same address changes nothing of it. The account is written before the code, so that its user
/// name is kept; an account without a code gets one by signing up again.
/// </summary>
internal sealed class SignUps(AccountStore accounts, OneTimeCodes codes, Passwords.Passwords passwords)
{
    /// <returns>The flow, or null when the user name is taken.</returns>
    public async Task<string?> SignUpAsync(Account details, string password, Requester caller, CancellationToken ct)
    {
        // Always, and first: a known address must not answer faster.
        details.PasswordHash = await passwords.HashAsync(password, ct);
        var entered = new SignUpDetails(details.Username, details.Name, details.Role, details.PasswordHash);
        var id = details.Id;

        while (true)
        {
            var (known, namesake) = await accounts.FindNamesakesAsync(details.Email, details.Username, ct);
            if (namesake is not null && (namesake.Verified || namesake.Email != details.Email))
            {
                return null;
            }

            var code = await codes.GetAsync(CodePurposes.VerifyEmail, details.Email, ct);
            var sends = codes.MaySend(code, caller);
            var flow = caller.Flow is { } named && code.Flows.ContainsKey(named) ? named
                : await FindRepeatedAsync(code, password, ct) ?? caller.Flow ?? Requesters.NewFlow();

            if (known is not { Verified: true })
            {
                details.Id = known?.Id ?? id;
                var clash = await accounts.WriteSignUpAsync(details, ct);
                if (clash == SignUpClash.Username)
                {
                    return null;
                }

                // A caller who leaves now must not keep the code from following.
                if (clash is null && await WriteCodeAsync(code, flow, caller, sends, details, entered))
                {
                    return flow;
                }
            }
            else if (await WriteCodeAsync(code, flow, caller, sends, null, entered))
            {
                await accounts.TellOfSignUpAsync(known, isTold: sends, CancellationToken.None);
                return flow;
            }
        }
    }

    private Task<bool> WriteCodeAsync(Code code, string flow, Requester caller, bool sends, Account? account, SignUpDetails entered) => sends
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
