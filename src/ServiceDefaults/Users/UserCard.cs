using MongoDB.Bson;

namespace Visuels.ServiceDefaults.Users;

/// <summary>What a service knows of an account: its own copy of the public face, as new as the newest event it has seen.</summary>
public sealed class UserCard
{
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

    /// <summary><c>USER</c>, <c>ARTIST</c> or <c>ADMIN</c>.</summary>
    public string Role { get; set; } = "";
}
