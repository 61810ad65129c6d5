using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Codes;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Google;

/// <summary>Which account a person from Google gets.</summary>
internal sealed class GoogleSignIn(
    GoogleAccounts google,
    AccountStore accounts,
    CodeStore codes,
    SessionStore sessions,
    Reauthentication reauthentication,
    SecurityLog security,
    TimeProvider clock)
{
    private const int Tries = 5;

    /// <returns>The account, or the words that the storefront shows instead.</returns>
    public async Task<(Account? Account, string? Error)> EnterAsync(GoogleUser user, GoogleIntent intent, CancellationToken ct)
    {
        if (user.Email is null)
        {
            return (null, GoogleErrors.NoEmail);
        }

        if (await google.FindAsync(user.Subject, ct) is { } linked)
        {
            return intent.IsSignUp ? (null, GoogleErrors.Known) : Admit(linked);
        }

        var known = await accounts.FindByEmailAsync(user.Email, ct);
        return known switch
        {
            null when intent.IsSignUp => Admit(await AddAsync(user, user.Email, intent.Role, ct)),
            null => (null, GoogleErrors.Unknown),
            { Verified: false } => Admit(await TakeOverAsync(known, user, intent.IsSignUp ? intent.Role : known.Role, ct)),
            _ when intent.IsSignUp => (null, GoogleErrors.Known),
            { Blocked: true } => Admit(known),
            { GoogleSubject: not null } => Admit(null),
            _ when !await MayLinkAsync(known, user, intent, ct) => (null, GoogleErrors.SignInFirst),
            _ => Admit(Noted(await google.LinkAsync(known, user.Subject, ct), "linked")),
        };
    }

    // The account of a mailbox at Google is its owner's. Any other address may have changed hands since Google looked, and a second factor is
    // not Google's to replace: there the owner has to have signed in here just before.
    private async Task<bool> MayLinkAsync(Account account, GoogleUser user, GoogleIntent intent, CancellationToken ct) =>
        (user.IsHosted && !account.HasSecondFactor) || await reauthentication.IsYoungAsync(account, intent.SessionId, ct);

    private Account? Noted(Account? account, string how)
    {
        if (account is not null)
        {
            security.Note(SecurityEvent.GoogleLinked, account.Id.ToString(), how);
        }

        return account;
    }

    private static (Account?, string?) Admit(Account? account) => account switch
    {
        null => (null, GoogleErrors.Failed),
        { Blocked: true } => (null, GoogleErrors.Blocked),
        _ => (account, null),
    };

    // Whoever signed up with this address has not shown that it is theirs; Google's user has. No way in stays open to the other, nothing that
    // was entered counts any more, and the user name, which nobody can change later, is not the other's choice.
    private async Task<Account?> TakeOverAsync(Account unproven, GoogleUser user, string role, CancellationToken ct)
    {
        var wanted = Usernames.From(unproven.Email);
        for (var i = 0; i < Tries; i++)
        {
            if (await google.TakeOverAsync(unproven, user, i == 0 ? wanted : Usernames.WithSuffix(wanted), role, ct) is { } taken)
            {
                await sessions.ClearAsync(taken.Id, ct);
                await codes.WithdrawAsync(taken.Email, ct);
                return Noted(taken, "taken over");
            }

            // The name is taken, or somebody has signed up once more in this instant.
            if (await accounts.FindByEmailAsync(unproven.Email, ct) is not { Verified: false } again)
            {
                break;
            }

            unproven = again;
        }

        return null;
    }

    private async Task<Account?> AddAsync(GoogleUser user, string email, string role, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var wanted = Usernames.From(email);
        for (var i = 0; i < Tries; i++)
        {
            var username = i == 0 ? wanted : Usernames.WithSuffix(wanted);
            var account = new Account
            {
                Id = ObjectId.GenerateNewId(),
                Email = email,
                Username = username,
                UsernameKey = Account.KeyOf(username),
                Name = user.Name,
                Role = role,
                GoogleSubject = user.Subject,
                Verified = true,
                JoinDate = now,
            };
            account.Outbox = Outbox.Holding(now, account.Registered(now));
            if (await accounts.TryAddAsync(account, ct))
            {
                return account;
            }
        }

        // The same person twice at once: the other request has made the account.
        return await google.FindAsync(user.Subject, ct);
    }
}
