using MongoDB.Bson;
using MongoDB.Bson.Serialization.Attributes;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Users;

/// <summary>What a service knows of an account: its own copy of the public face, as new as the newest event it has seen.</summary>
public sealed class UserCard
{
    /// <summary>The name of everybody who has deleted their account.</summary>
    public const string DeletedName = "Deleted user";

    /// <summary>The account's id.</summary>
    public ObjectId Id { get; set; }

    /// <summary>Version of the account that this copy shows.</summary>
    public long Version { get; set; }

    /// <summary>Unique name in URLs.</summary>
    public string Username { get; set; } = "";

    /// <summary>Display name.</summary>
    public string Name { get; set; } = "";

    /// <summary>Proven address. For mails and for the other side of an order only; never for the public.</summary>
    public string Email { get; set; } = "";

    /// <summary><c>USER</c>, <c>ARTIST</c> or <c>ADMIN</c>; <c>DELETED</c> once the owner has deleted the account.</summary>
    public string Role { get; set; } = "";

    /// <summary>When this service looks once more for leftovers of a deleted account; absent otherwise.</summary>
    public DateTimeOffset? ForgetAt { get; set; }

    /// <summary>Whether the account was deleted: then the card names nobody.</summary>
    [BsonIgnore]
    public bool IsDeleted => Role == Roles.Deleted;

    /// <summary>What is shown of a deleted account: no address, no user name.</summary>
    /// <param name="id">The account's id.</param>
    /// <param name="version">The version with which it was deleted.</param>
    public static UserCard Anonymous(ObjectId id, long version) => new() { Id = id, Version = version, Name = DeletedName, Role = Roles.Deleted };
}
