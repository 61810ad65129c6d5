namespace Visuels.Auth.Profiles;

/// <summary>What a buyer tells of themselves; part of the account's document.</summary>
internal sealed class UserProfile
{
    /// <summary>Stands for what is not told. The storefront shows it, and sends it back.</summary>
    public const string Untold = "Not prefer to say";

    public string? FirstName { get; set; }

    public string? LastName { get; set; }

    public string? Phone { get; set; }

    public string? Address { get; set; }

    public string? City { get; set; }

    public string? State { get; set; }

    public string? Country { get; set; }

    public string? PinCode { get; set; }

    public DateTimeOffset? DateOfBirth { get; set; }

    public DateTimeOffset? UpdatedAt { get; set; }

    public bool IsCompleted => FirstName is not null && LastName is not null && Phone is not null && City is not null && Country is not null;
}
