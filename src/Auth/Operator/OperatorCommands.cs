using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Auth.SecondFactor;
using Visuels.Auth.Sessions;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Operator;

/// <summary>
/// What only the operator may do, at a shell beside the store: <c>admins add EMAIL</c>, <c>users block|unblock|reset-second-factor EMAIL</c>,
/// <c>keys list|rotate</c>.
/// What follows is configuration, as for the service itself.
/// </summary>
internal static class OperatorCommands
{
    private const string Usage = """
        Usage:
          admins add EMAIL                  makes an account an administrator
          users block EMAIL                 keeps an account out and ends its sessions
          users unblock EMAIL               lets it in again
          users reset-second-factor EMAIL   switches off the second factor of somebody who has lost it
          keys list                         the keys for access tokens, and what each is for
          keys rotate                       makes the next one
        """;

    private const string WhenHeard = "The services know within seconds; a service that can reach neither the broker nor Auth, when its access tokens end (10 minutes).";

    public static bool Concerns(string[] args) => args is ["admins" or "users" or "keys", ..];

    /// <returns>The process's exit code: 0 when done, 1 when not, 2 when the command is not understood.</returns>
    public static async Task<int> RunAsync(string[] args, Func<string[], WebApplication> build, TextWriter output, TextWriter errors, CancellationToken ct)
    {
        if (args is ["keys", ..])
        {
            return await KeyCommands.RunAsync(args, TimeProvider.System, output, errors);
        }

        if (args is not [("admins" or "users") and var noun, var verb, var email, .. var configuration]
            || email.StartsWith("--", StringComparison.Ordinal)
            || (noun, verb) is not (("admins", "add") or ("users", "block" or "unblock" or "reset-second-factor")))
        {
            await errors.WriteLineAsync(Usage);
            return 2;
        }

        try
        {
            // Built for its stores, never started: the service itself may be running beside this.
            await using var app = build(configuration);
            var accounts = app.Services.GetRequiredService<AccountStore>();
            if (await accounts.FindByEmailAsync(InputRules.Email(email), ct) is not { Verified: true } account)
            {
                await errors.WriteLineAsync($"There is no account with a verified address {email}.");
                return 1;
            }

            var security = app.Services.GetRequiredService<SecurityLog>();
            await output.WriteLineAsync(verb switch
            {
                "add" => await AddAdminAsync(accounts, security, account, ct),
                "block" => await BlockAsync(accounts, app.Services.GetRequiredService<SessionStore>(), security, account, ct),
                "reset-second-factor" => await app.Services.GetRequiredService<Authenticators>().RemoveAsync(account, ct)
                    ? $"{account.Email} signs in without a second factor now, and is told so by mail."
                    : $"{account.Email} has no second factor.",
                _ => await UnblockAsync(accounts, security, account, ct),
            });
            return 0;
        }
        catch (Exception e) when (e is MongoException or TimeoutException)
        {
            await errors.WriteLineAsync("MongoDB (ConnectionStrings:Mongo) does not answer.");
            return 1;
        }
        catch (Exception e) when (ServiceHost.StartFailure(e) is { } reason)
        {
            await errors.WriteLineAsync(reason);
            return 1;
        }
    }

    private static async Task<string> AddAdminAsync(AccountStore accounts, SecurityLog security, Account account, CancellationToken ct)
    {
        await accounts.SetRoleAsync(account.Id, Roles.Admin, ct);
        security.Note(SecurityEvent.RoleChanged, account.Id.ToString(), Roles.Admin);
        return $"{account.Email} is an administrator. {WhenHeard}";
    }

    private static async Task<string> BlockAsync(AccountStore accounts, SessionStore sessions, SecurityLog security, Account account, CancellationToken ct)
    {
        await accounts.SetBlockedAsync(account.Id, true, ct);
        security.Note(SecurityEvent.BlockChanged, account.Id.ToString(), "blocked");
        await sessions.ClearAsync(account.Id, ct);
        return $"{account.Email} is blocked, and its sessions have ended. {WhenHeard}";
    }

    private static async Task<string> UnblockAsync(AccountStore accounts, SecurityLog security, Account account, CancellationToken ct)
    {
        await accounts.SetBlockedAsync(account.Id, false, ct);
        security.Note(SecurityEvent.BlockChanged, account.Id.ToString(), "let in again");
        return $"{account.Email} may sign in again.";
    }
}
