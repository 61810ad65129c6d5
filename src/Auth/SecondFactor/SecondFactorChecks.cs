using System.Security.Claims;
using Microsoft.AspNetCore.Http.HttpResults;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.SecondFactor;

/// <summary>Looks at the code in a request, and says what to answer when it does not count.</summary>
internal sealed class SecondFactorChecks(AccountStore accounts, Authenticators authenticators, IHttpContextAccessor http, TimeProvider clock)
{
    /// <returns>The proof, which is not used up yet, or the answer to give.</returns>
    public async Task<(Proof? Proof, ProblemHttpResult? Refusal)> CheckAsync(Account account, string code, CancellationToken ct) =>
        await authenticators.CheckAsync(account, code, ct) switch
        {
            (Verdict.Right, var proof) => (proof, null),
            (Verdict.NoTriesLeft, _) => (null, SecondFactorAnswers.NoTriesLeft(http.HttpContext!.Response, account, clock.GetUtcNow())),
            _ => (null, SecondFactorAnswers.Wrong()),
        };

    /// <summary>The same for who is signed in and has the factor on.</summary>
    public async Task<(Account? Account, Proof? Proof, ProblemHttpResult? Refusal)> CheckOwnAsync(ClaimsPrincipal user, string code, CancellationToken ct)
    {
        var account = await accounts.FindAsync(user.GetUserId(), ct);
        if (account is not { Blocked: false })
        {
            return (null, null, MeEndpoints.Refuse(account));
        }

        if (!account.HasSecondFactor)
        {
            return (null, null, SecondFactorAnswers.IsOff());
        }

        var (proof, refusal) = await CheckAsync(account, code, ct);
        return (account, proof, refusal);
    }
}
