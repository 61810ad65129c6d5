using System.Text.Json;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Auth.Accounts;

namespace Visuels.Auth.Profiles;

/// <summary>A buyer's profile as the storefront knows it.</summary>
public sealed record UserProfileResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    ObjectId UserId,
    string FirstName,
    string LastName,
    string Phone,
    string City,
    string State,
    string Country,
    string PinCode,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Address,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] DateTimeOffset? DateOfBirth,
    string Avatar,
    bool IsProfileCompleted,
    bool IsMobileVerified,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt)
{
    internal static UserProfileResponse From(Account account)
    {
        var profile = account.UserProfile ?? new UserProfile();
        return new UserProfileResponse(
            account.Id,
            account.Id,
            profile.FirstName ?? UserProfile.Untold,
            profile.LastName ?? UserProfile.Untold,
            profile.Phone ?? UserProfile.Untold,
            profile.City ?? UserProfile.Untold,
            profile.State ?? UserProfile.Untold,
            profile.Country ?? UserProfile.Untold,
            profile.PinCode ?? UserProfile.Untold,
            profile.Address,
            profile.DateOfBirth,
            Avatar: "",
            profile.IsCompleted,
            IsMobileVerified: false,
            account.JoinDate,
            profile.UpdatedAt ?? account.JoinDate);
    }
}

/// <summary>
/// Body of <c>PATCH /user/profile/update</c>. The storefront sends back the whole profile that it was given: what is not the user's to
/// change is accepted and ignored.
/// </summary>
public sealed record UpdateUserProfileRequest
{
    [ProfileText(80)]
    public string? FirstName { get; init; }

    [ProfileText(80)]
    public string? LastName { get; init; }

    [TenDigits]
    public string? Phone { get; init; }

    [ProfileText(300)]
    public string? Address { get; init; }

    [ProfileText(100)]
    public string? City { get; init; }

    [ProfileText(100)]
    public string? State { get; init; }

    [ProfileText(100)]
    public string? Country { get; init; }

    [ProfileText(20)]
    public string? PinCode { get; init; }

    [PastDate]
    public string? DateOfBirth { get; init; }

    [JsonPropertyName("_id")]
    public JsonElement? Id { get; init; }

    [JsonPropertyName("__v")]
    public JsonElement? StoredVersion { get; init; }

    public JsonElement? UserId { get; init; }

    public JsonElement? Avatar { get; init; }

    public JsonElement? IsProfileCompleted { get; init; }

    public JsonElement? IsMobileVerified { get; init; }

    public JsonElement? CreatedAt { get; init; }

    public JsonElement? UpdatedAt { get; init; }
}

/// <summary>Answer of <c>GET /user/profile/me</c>.</summary>
public sealed record UserProfileAnswer(bool Success, UserProfileResponse Profile);

/// <summary>Answer of <c>PATCH /user/profile/update</c>.</summary>
public sealed record UserProfileChanged(bool Success, string Message, UserProfileResponse Profile);
