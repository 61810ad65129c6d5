using System.Globalization;
using System.Text.Json.Serialization;
using MongoDB.Bson;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Images;

namespace Visuels.Auth.Profiles;

/// <summary>An artist's own profile. Nothing in it is ever null: the storefront's pages do not ask.</summary>
public sealed record ArtistProfileResponse(
    [property: JsonPropertyName("_id")] ObjectId Id,
    ObjectId ArtistId,
    ArtistIdentity Artist,
    int Followers,
    string Bio,
    string About,
    string Tagline,
    string City,
    string State,
    string Country,
    DateTimeOffset JoiningDate,
    string Joined,
    IReadOnlyList<string> Specialist,
    IReadOnlyList<string> StylesAndThemes,
    IReadOnlyList<string> Languages,
    ImageResponse Avatar,
    ImageResponse Banner,
    bool IsProfileCompleted)
{
    private static readonly ImageResponse NoImage = new("", "", false, 0, 0, "", "");

    internal static ArtistProfileResponse From(Account account, SiteOptions site)
    {
        var profile = account.ArtistProfile ?? new ArtistProfile();
        return new ArtistProfileResponse(
            account.Id,
            account.Id,
            new ArtistIdentity(account.Id, account.Name, account.Username, account.Email),
            Followers: 0,
            profile.Bio ?? "",
            profile.About ?? "",
            profile.Tagline ?? "",
            profile.City ?? "",
            profile.State ?? "",
            profile.Country ?? "",
            account.JoinDate,
            JoinedIn(account),
            profile.Specialist,
            profile.StylesAndThemes,
            profile.Languages,
            Image(profile.Avatar, site),
            Image(profile.Banner, site),
            profile.IsCompleted);
    }

    internal static string JoinedIn(Account account) => account.JoinDate.ToString("MMMM yyyy", CultureInfo.InvariantCulture);

    internal static ImageResponse Image(StoredImage? image, SiteOptions site) => image?.ToResponse(site) ?? NoImage;
}

/// <summary>Who the artist is, for the artist's own eyes.</summary>
public sealed record ArtistIdentity([property: JsonPropertyName("_id")] ObjectId Id, string Name, string Username, string Email);

/// <summary>Answer of <c>GET /artist/profile/me</c>.</summary>
public sealed record ArtistProfileAnswer(bool Success, ArtistProfileResponse Profile);

/// <summary>Answer of the routes that write an artist's profile.</summary>
public sealed record ArtistProfileChanged(bool Success, string Message, ArtistProfileResponse Profile);
