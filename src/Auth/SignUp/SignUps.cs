using Microsoft.AspNetCore.Identity;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Contracts.Accounts;

namespace Visuels.Auth.SignUp;

/// <summary>
/// Signs people up. The code of the address decides between sign-ups that come at once: whoever replaces it has the newest sign-up,
/// and the code proves that one only. The account is written afterwards.
/// </summary>
internal sealed class SignUps(AccountStore accounts, OneTimeCodes codes, Passwords.Passwords passwords)
{
    /// <returns>False when the user name is taken.</returns>
    public async Task<bool> SignUpAsync(Account details, string password, CancellationToken ct)
    {
        // Always, and first: a known address must not answer faster.
        details.PasswordHash = await passwords.HashAsync(password, ct);

        while (true)
        {
            var (known, namesake) = await accounts.FindNamesakesAsync(details.Email, details.Username, ct);
            if (namesake is not null && (namesake.Verified || namesake.Email != details.Email))
            {
                return false;
            }

            var code = await codes.GetAsync(CodePurposes.VerifyEmail, details.Email, ct);
            if (codes.IsUsedUp(code))
            {
                return true;
            }

            if (await IsRepeatedAsync(code, password, ct))
            {
                return await RepeatAsync(code, known, details, ct) is not SignUpClash.Username;
            }

            if (known is { Verified: true })
            {
                if (await codes.TryPretendAsync(code, details.PasswordHash, ct))
                {
                    await accounts.TellOfSignUpAsync(known, ct);
                    return true;
                }
            }
            else
            {
                details.Id = known?.Id ?? (code.Hash is null ? details.Id : code.UserId);
                details.SignUp = Math.Max(code.Version, known?.SignUp ?? 0) + 1;
                if (await codes.TrySendAsync(code, details, details.SignUp, details.PasswordHash, ct) is not null)
                {
                    // The code is on its way, so a caller who leaves now must not keep the account from following.
                    return await accounts.WriteSignUpAsync(details, CancellationToken.None) is not SignUpClash.Username;
                }
            }
        }
    }

    // Who sent the code may have been cut off before the account was written; then this one writes it.
    private Task<SignUpClash?> RepeatAsync(Code code, Account? known, Account details, CancellationToken ct)
    {
        if (code.Hash is null || known?.SignUp >= code.SignUp)
        {
            return accounts.CorrectSignUpAsync(code.UserId, code.SignUp, details, ct);
        }

        (details.Id, details.SignUp) = (code.UserId, code.SignUp);
        return accounts.WriteSignUpAsync(details, ct);
    }

    // The form sent twice: the code that is on its way does for both. Another password is another sign-up, maybe another person's.
    private async Task<bool> IsRepeatedAsync(Code code, string password, CancellationToken ct) =>
        code.PasswordHash is not null
        && codes.IsInGap(code)
        && await passwords.VerifyAsync(code.PasswordHash, password, ct) != PasswordVerificationResult.Failed;
}
