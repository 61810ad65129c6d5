using System.Text.Json.Serialization;
using MongoDB.Bson;

namespace Visuels.Auth.Accounts;

/// <summary>An account as its owner sees it.</summary>
public sealed record AccountResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    string Email,
    string Username,
    string Name,
    string Role,
    DateTimeOffset JoinDate,
    bool IsEmailVerified,
    bool SecondFactor)
{
    internal static AccountResponse From(Account account) => new(
        account.Id, account.Email, account.Username, account.Name, account.Role, account.JoinDate, account.Verified, account.HasSecondFactor);
}

/// <summary>Answer of the routes about one's own account.</summary>
public sealed record MeResponse(AccountResponse User);

/// <summary>Body of <c>PATCH /me</c>.</summary>
public sealed record UpdateMeRequest([property: PersonName] string Name);
