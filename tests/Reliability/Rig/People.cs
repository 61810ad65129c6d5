using System.Collections.Concurrent;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Reliability.Rig;

/// <summary>Somebody with an account.</summary>
internal sealed record Person(ObjectId Id, string Role)
{
    public string Username => $"p{Id}";

    public string Email => $"{Username}@example.com";
}

/// <summary>Accounts, written straight into Auth's store: thousands of sign-ups would measure password hashing.</summary>
internal sealed class People(Marketplace market)
{
    private static readonly TimeSpan TokenUse = TimeSpan.FromMinutes(5);

    private static readonly string[] Readers = ["product", "order", "chat", "jobs"];

    private readonly ConcurrentDictionary<ObjectId, (string Token, DateTime Until)> _tokens = new();

    /// <summary>Adds people with <see cref="Roles.User"/> or <see cref="Roles.Artist"/>.</summary>
    /// <param name="count">How many.</param>
    /// <param name="role">What they are.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <param name="areKnown">Whether the other services have their cards already; else they ask Auth.</param>
    public async Task<IReadOnlyList<Person>> AddAsync(int count, string role, CancellationToken ct, bool areKnown = true)
    {
        var people = Enumerable.Range(0, count).Select(_ => new Person(ObjectId.GenerateNewId(), role)).ToList();
        var accounts = people.Select(AccountOf).ToList();
        await market.Store["auth"].GetCollection<Account>(AccountStore.Collection).InsertManyAsync(accounts, cancellationToken: ct);
        if (areKnown)
        {
            var now = DateTimeOffset.UtcNow;
            var cards = accounts.Select(account => account.Registered(now).ToCard()).ToList();
            await Task.WhenAll(Readers.Select(service => market.Store[service].GetCollection<UserCard>("users").InsertManyAsync(cards, cancellationToken: ct)));
        }

        return people;
    }

    /// <summary>A good access token.</summary>
    public string TokenOf(Person person)
    {
        if (_tokens.TryGetValue(person.Id, out var known) && known.Until > DateTime.UtcNow)
        {
            return known.Token;
        }

        var token = market.Keys.AccessToken(person.Id, person.Role);
        _tokens[person.Id] = (token, DateTime.UtcNow + TokenUse);
        return token;
    }

    private static Account AccountOf(Person person) => new()
    {
        Id = person.Id,
        Email = person.Email,
        Username = person.Username,
        UsernameKey = person.Username,
        Name = person.Username,
        Role = person.Role,
        Verified = true,
        JoinDate = DateTimeOffset.UtcNow,
    };
}
