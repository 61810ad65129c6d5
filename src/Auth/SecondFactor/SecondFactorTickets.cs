using System.Globalization;
using System.Security.Cryptography;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Auth.SecondFactor;

/// <summary>
/// What somebody gets who has shown the first factor: sealed, good for five minutes and for nothing but to show the second. It dies with
/// the account's sessions, so a password that is replaced takes it along.
/// </summary>
internal sealed class SecondFactorTickets(KeyRing ring, TimeProvider clock)
{
    private const string Use = "second-factor-ticket";
    private const string Purpose = "sign-in";

    public static readonly TimeSpan Life = TimeSpan.FromMinutes(5);

    public string For(Account account)
    {
        var expires = (clock.GetUtcNow() + Life).ToUnixTimeSeconds();
        var id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return ring.Seal(string.Create(CultureInfo.InvariantCulture, $"{account.Id}|{account.SessionsFrom}|{expires}|{id}"), Use, Purpose);
    }

    /// <summary>Reads what a client sent; null when it is not one of ours or too old.</summary>
    public SecondFactorTicket? Read(string text) =>
        ring.Open(text, Use, Purpose)?.Split('|') is [var account, var sessionsFrom, var expires, var id]
        && clock.GetUtcNow().ToUnixTimeSeconds() < long.Parse(expires, CultureInfo.InvariantCulture)
            ? new SecondFactorTicket(id, ObjectId.Parse(account), long.Parse(sessionsFrom, CultureInfo.InvariantCulture))
            : null;
}

/// <summary>A ticket that this server made.</summary>
internal sealed record SecondFactorTicket(string Id, ObjectId AccountId, long SessionsFrom)
{
    /// <summary>Whether it is still good for its account: not used, and no sessions ended since.</summary>
    public bool IsFor(Account account) =>
        SessionsFrom == account.SessionsFrom && account.Authenticator is { IsOn: true } authenticator && !authenticator.UsedTickets.Contains(Id);
}
