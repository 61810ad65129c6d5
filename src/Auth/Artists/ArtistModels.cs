using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.Auth.Profiles;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;

namespace Visuels.Auth.Artists;

/// <summary>What everybody may know of an artist; the address is not part of it.</summary>
public sealed record ArtistCard(
    [property: JsonPropertyName("_id")] ObjectId Id,
    string Username,
    string Name,
    ImageResponse Avatar,
    ImageResponse Banner,
    string Tagline,
    string Bio,
    string About,
    string City,
    string State,
    string Country,
    IReadOnlyList<string> Specialist,
    IReadOnlyList<string> StylesAndThemes,
    IReadOnlyList<string> Languages,
    int Followers,
    DateTimeOffset JoiningDate,
    string Joined)
{
    internal static ArtistCard From(Account account, SiteOptions site)
    {
        var own = ArtistProfileResponse.From(account, site);
        return new ArtistCard(
            account.Id, account.Username, account.Name, own.Avatar, own.Banner, own.Tagline, own.Bio, own.About, own.City, own.State, own.Country,
            own.Specialist, own.StylesAndThemes, own.Languages, own.Followers, own.JoiningDate, own.Joined);
    }
}

/// <summary>Answer of <c>GET /artists</c>.</summary>
public sealed record ArtistsResponse(
    IReadOnlyList<ArtistCard> Artists,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] int? Page,
    int Limit,
    bool HasMore,
    string? NextCursor);

/// <summary>Answer of <c>GET /artists/{username}</c>.</summary>
public sealed record ArtistResponse(ArtistCard Artist);
