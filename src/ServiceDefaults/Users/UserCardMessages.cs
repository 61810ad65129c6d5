using System.ComponentModel.DataAnnotations;
using System.Text.Json.Serialization;
using MongoDB.Bson;

namespace Visuels.ServiceDefaults.Users;

/// <summary>Body of <c>POST /api/v1/auth/internal/cards</c>.</summary>
/// <param name="Ids">1 to 50 account ids.</param>
public sealed record UserCardsRequest([property: MinLength(1), MaxLength(50)] IReadOnlyList<ObjectId> Ids);

/// <summary>Answer of <c>POST /api/v1/auth/internal/cards</c>: the cards of the ids that exist.</summary>
/// <param name="Cards">In no order.</param>
public sealed record UserCardsResponse(IReadOnlyList<UserCardItem> Cards);

/// <summary>One account in the answer.</summary>
/// <param name="Id">The account.</param>
/// <param name="Version">Its version.</param>
/// <param name="Username">Unique name in URLs.</param>
/// <param name="Name">Display name.</param>
/// <param name="Email">Proven address.</param>
/// <param name="Role">Its role.</param>
public sealed record UserCardItem(
    [property: JsonPropertyName("_id")] ObjectId Id,
    long Version,
    string Username,
    string Name,
    string Email,
    string Role);
