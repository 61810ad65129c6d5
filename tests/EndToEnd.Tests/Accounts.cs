using Microsoft.Extensions.DependencyInjection;
using MongoDB.Bson;
using Visuels.Auth.Accounts;

namespace Visuels.EndToEnd.Tests;

/// <summary>Accounts that are there without a sign-up.</summary>
internal static class Accounts
{
    /// <summary>An account, not added yet.</summary>
    /// <param name="name">Its user name, and the first part of its address.</param>
    /// <param name="role">What it is.</param>
    /// <param name="joined">Now unless told.</param>
    public static Account New(string name, string role, DateTimeOffset? joined = null) => new()
    {
        Id = ObjectId.GenerateNewId(),
        Email = $"{name}@example.com",
        Username = name,
        UsernameKey = name,
        Name = name,
        Role = role,
        JoinDate = joined ?? DateTimeOffset.UtcNow,
    };

    /// <summary>Adds them at Auth with proven addresses, and has Auth announce them.</summary>
    public static Task AddAsync(IServiceProvider auth, CancellationToken ct, params IReadOnlyCollection<Account> accounts) =>
        auth.GetRequiredService<AccountStore>().AddVerifiedAsync([.. accounts], announce: true, ct);
}
