using Visuels.ServiceDefaults.Images;

namespace Visuels.Auth.Profiles;

/// <summary>What an artist shows; part of the account's document.</summary>
internal sealed class ArtistProfile
{
    public string? Bio { get; set; }

    public string? About { get; set; }

    public string? Tagline { get; set; }

    public string? City { get; set; }

    public string? State { get; set; }

    public string? Country { get; set; }

    public List<string> Specialist { get; set; } = [];

    public List<string> StylesAndThemes { get; set; } = [];

    public List<string> Languages { get; set; } = [];

    public StoredImage? Avatar { get; set; }

    public StoredImage? Banner { get; set; }

    /// <summary>When the artist filled it in for the first time.</summary>
    public DateTimeOffset? CreatedAt { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }

    public bool IsCompleted =>
        Bio is not null && City is not null && State is not null && Country is not null
        && Specialist.Count > 0 && StylesAndThemes.Count > 0 && Languages.Count > 0;
}
