using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Fuzz.Rig;

/// <summary>Somebody with an account, who is signed in.</summary>
internal sealed record Somebody(ObjectId Id, string Role, string Token)
{
    public const string Password = "correct horse battery";

    public string Username => $"p{Id}";

    public string Email => $"{Username}@example.com";
}

/// <summary>Accounts, written straight into Auth's store; the other services ask for their cards when they need them.</summary>
internal static class People
{
    private static readonly string Hash = new PasswordHasher<object>(
        Options.Create(new PasswordHasherOptions { IterationCount = Market.PasswordIterations })).HashPassword(new object(), Somebody.Password);

    public static async Task<IReadOnlyList<Somebody>> AddAsync(this Market market, params IEnumerable<string> roles)
    {
        var people = roles.Select(role => (Id: ObjectId.GenerateNewId(), Role: role)).Select(one => new Somebody(one.Id, one.Role, market.Token(one.Id, one.Role))).ToList();
        await market.Database("auth").GetCollection<Account>(AccountStore.Collection).InsertManyAsync(people.Select(person => new Account
        {
            Id = person.Id,
            Email = person.Email,
            Username = person.Username,
            UsernameKey = person.Username,
            Name = person.Role == Roles.Artist ? "Ada Artist" : "Bea Buyer",
            Role = person.Role,
            PasswordHash = Hash,
            Verified = true,
            JoinDate = DateTimeOffset.UtcNow,
        }));
        return people;
    }
}
