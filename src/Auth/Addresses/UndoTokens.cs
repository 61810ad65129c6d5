using System.Security.Cryptography;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Sealing;

namespace Visuels.Auth.Addresses;

/// <summary>What is mailed to the address that an account had before: the account's id and a secret, of which we keep a keyed hash.</summary>
internal sealed class UndoTokens(KeyRing ring)
{
    private const int SecretLength = 32;

    /// <summary>The event with a new one sealed into it, and its hash to keep.</summary>
    public (EmailChanged Told, string Hash) Add(EmailChanged changed)
    {
        var secret = RandomNumberGenerator.GetHexString(SecretLength, lowercase: true);
        return (changed.WithUndo($"{changed.UserId}.{secret}", ring), ring.Hash(secret, Use(changed.UserId)));
    }

    /// <summary>The account that a token names, or null when it is none of ours.</summary>
    public static ObjectId? AccountOf(string token) => token.Split('.') is [var id, { Length: SecretLength }] && ObjectId.TryParse(id, out var account) ? account : null;

    /// <summary>The address that a token brings back, or null.</summary>
    public FormerAddress? Find(Account account, string token, DateTimeOffset now) =>
        account.FormerAddresses.Find(former => now < former.Until && ring.Matches(token.Split('.')[^1], Use(account.Id.ToString()), former.Hash));

    private static string Use(string account) => $"undo|{account}";
}
