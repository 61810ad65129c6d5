using System.ComponentModel.DataAnnotations;

namespace Visuels.Auth;

/// <summary>Section <c>Auth</c>.</summary>
internal sealed class AuthOptions
{
    /// <summary>Rounds of PBKDF2-SHA512 for a password; stored hashes with fewer are renewed at sign-in.</summary>
    [Range(1_000, 10_000_000)]
    public int PasswordIterations { get; set; } = 210_000;

    /// <summary>How many passwords may wait to be hashed, beside the two that are; more are sent away with 503.</summary>
    [Range(0, 10_000)]
    public int PasswordQueue { get; set; } = 50;

    /// <summary>How many codes are made for one address in a day.</summary>
    [Range(1, 1_000)]
    public int CodesPerDay { get; set; } = 10;

    /// <summary>Days after which an account whose address was never proven goes, and its names are free again.</summary>
    [Range(1, 365)]
    public int UnprovenDays { get; set; } = 7;
}
