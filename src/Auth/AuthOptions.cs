using System.ComponentModel.DataAnnotations;
using Visuels.Auth.Passwords;

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

    /// <summary>Characters that a new password must have. NIST SP 800-63B-4 asks for 15 where nothing else is asked for.</summary>
    [Range(PasswordRules.Shortest, 64)]
    public int PasswordLength { get; set; } = PasswordRules.Shortest;

    /// <summary>How many codes of a kind an address is mailed in an hour.</summary>
    [Range(1, 1_000)]
    public int CodesPerHour { get; set; } = 5;

    /// <summary>How many codes of a kind an address is mailed in a day.</summary>
    [Range(1, 1_000)]
    public int CodesPerDay { get; set; } = 10;

    /// <summary>Days after which an account whose address was never proven goes, and its names are free again.</summary>
    [Range(1, 365)]
    public int UnprovenDays { get; set; } = 7;
}
