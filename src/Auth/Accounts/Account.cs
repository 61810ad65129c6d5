using System.Security.Claims;
using MongoDB.Bson;
using Visuels.Auth.Addresses;
using Visuels.Auth.Profiles;
using Visuels.Auth.SecondFactor;
using Visuels.Auth.Sessions;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Auth.Accounts;

/// <summary>One account: the document of collection <c>accounts</c>.</summary>
internal sealed class Account
{
    public ObjectId Id { get; set; }

    public long Version { get; set; } = 1;

    public required string Email { get; set; }

    public required string Username { get; set; }

    /// <summary>The user name as it must be unique: lower-case.</summary>
    public required string UsernameKey { get; set; }

    public required string Name { get; set; }

    public string Role { get; set; } = Roles.User;

    /// <summary>Absent on accounts that sign in by Google only.</summary>
    public string? PasswordHash { get; set; }

    /// <summary>Google's own id of the person; accounts are linked by it, never by the address alone.</summary>
    public string? GoogleSubject { get; set; }

    /// <summary>Whether the owner has shown that the address is theirs.</summary>
    public bool Verified { get; set; }

    public bool Blocked { get; set; }

    /// <summary>Access tokens carry it; it rises with all that they should have heard of.</summary>
    public long Generation { get; set; }

    /// <summary>Sessions of a lower generation have ended, all but the kept one.</summary>
    public long SessionsFrom { get; set; }

    public ObjectId? KeptSession { get; set; }

    /// <summary>When the generation last rose; absent on accounts where it never did.</summary>
    public DateTimeOffset? RevokedAt { get; set; }

    public DateTimeOffset JoinDate { get; set; }

    /// <summary>When the account goes if its address is not proven by then; absent once it is.</summary>
    public DateTimeOffset? UnprovenUntil { get; set; }

    /// <summary>When the owner deleted it. Then the document names nobody: it only keeps the id from being taken for unknown.</summary>
    public DateTimeOffset? DeletedAt { get; set; }

    /// <summary>When to look for leftovers of the deleted account once more; absent otherwise.</summary>
    public DateTimeOffset? ForgetAt { get; set; }

    /// <summary>Absent unless the owner wants another address.</summary>
    public WantedAddress? WantedAddress { get; set; }

    /// <summary>The addresses before this one that can still be brought back, the oldest first.</summary>
    public List<FormerAddress> FormerAddresses { get; set; } = [];

    /// <summary>The second factor; absent unless its owner wants one.</summary>
    public Authenticator? Authenticator { get; set; }

    public bool HasSecondFactor => Authenticator is { IsOn: true };

    public UserProfile? UserProfile { get; set; }

    public ArtistProfile? ArtistProfile { get; set; }

    public Outbox Outbox { get; set; } = new();

    public static string KeyOf(string username) => username.ToLowerInvariant();

    public UserRegistered Registered(DateTimeOffset now) => new(Id.ToString(), Version, Email, Username, Name, Role, now);

    public UserUpdated Updated(DateTimeOffset now) => new(Id.ToString(), Version, Email, Username, Name, Role, now);

    public UserDeleted Deleted(DateTimeOffset now) => new(Id.ToString(), Version, now);

    public UserCardItem ToCard() => DeletedAt is null
        ? new(Id, Version, Username, Name, Email, Role)
        : new(Id, Version, "", UserCard.DeletedName, "", Roles.Deleted);

    public SessionsRevoked Revoked() =>
        new(Id.ToString(), Version, Generation, SessionsFrom, KeptSession?.ToString(), Role, RevokedAt ?? throw new InvalidOperationException("Nothing was revoked."));

    /// <summary>Ends all sessions, or all but one. Write it by <see cref="RevokingUpdates.Revoking"/>, and nothing else is needed.</summary>
    public void EndSessions(DateTimeOffset now, ObjectId? kept = null)
    {
        SessionsFrom = ++Generation;
        KeptSession = kept;
        RevokedAt = now;
    }

    /// <summary>Changes the role, also of those who are signed in. Write it by <see cref="RevokingUpdates.Revoking"/>.</summary>
    public void ChangeRole(string role, DateTimeOffset now)
    {
        Role = role;
        Generation++;
        RevokedAt = now;
    }

    /// <summary>Whether a session goes on as far as its account is concerned.</summary>
    public bool Admits(Session session) => GoesOn(session.Generation, session.Id);

    /// <summary>The same of an access token: the services hear of what took it back a moment later.</summary>
    public bool AdmitsToken(ClaimsPrincipal user) => GoesOn(user.GetGeneration(), user.FindSessionId());

    private bool GoesOn(long generation, ObjectId? session) => !Blocked && (generation >= SessionsFrom || (session is not null && session == KeptSession));
}
