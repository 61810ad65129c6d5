using Visuels.Auth.Accounts;

namespace Visuels.Auth.Codes;

/// <summary>Has codes mailed to those who ask for one by address alone: everything looks the same whether or not there is an account.</summary>
internal sealed class CodeRequests(AccountStore accounts, OneTimeCodes codes, Requesters requesters)
{
    /// <summary>Mails a code, if the address has an account that may have one and it is time for one.</summary>
    /// <returns>The flow that the code is bound to; null where none is told to the caller, as it is another request's.</returns>
    public async Task<string?> AskAsync(string purpose, string email, string? named, HttpContext http, Predicate<Account> mayHave, CancellationToken ct)
    {
        var caller = requesters.Of(http.Request, named);
        var account = await accounts.FindByEmailAsync(email, ct);
        var code = await codes.GetAsync(purpose, email, ct);
        var known = code.FlowOf(caller);
        var flow = known ?? caller.Flow ?? Requesters.NewFlow();

        // When another request is faster, a code is on its way already.
        var sent = codes.MaySend(code, caller)
            && await codes.TrySendAsync(
                code, flow, caller, account is not null && mayHave(account) ? account : null, known is null ? null : code.Flows[known].Details, ct);

        // What a caller does not name is not given away to one that only looks like it.
        var isTheirs = caller.Flow is not null || (known is null && sent);
        if (isTheirs)
        {
            requesters.Remember(http.Response, flow);
        }

        return isTheirs ? flow : null;
    }
}
