using System.ComponentModel.DataAnnotations;
using Microsoft.AspNetCore.Authentication.Google;

namespace Visuels.Auth.Google;

/// <summary>Section <c>Google</c>. Without a client id there is no sign-in by Google.</summary>
internal sealed class GoogleSettings
{
    public string? ClientId { get; set; }

    public string? ClientSecret { get; set; }

    /// <summary>How long each of the two calls to Google may take.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(5);

    [Required, Url]
    public string AuthorizationEndpoint { get; set; } = GoogleDefaults.AuthorizationEndpoint;

    [Required, Url]
    public string TokenEndpoint { get; set; } = GoogleDefaults.TokenEndpoint;

    [Required, Url]
    public string UserInformationEndpoint { get; set; } = GoogleDefaults.UserInformationEndpoint;
}
