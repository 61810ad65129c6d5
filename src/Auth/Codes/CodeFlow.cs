using MongoDB.Bson;

namespace Visuels.Auth.Codes;

/// <summary>What one browser or program has asked for with an address. Only the code that was mailed for it proves it.</summary>
internal sealed class CodeFlow
{
    /// <summary>Keyed hash of network and program, for callers that name no flow.</summary>
    public required string Client { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>Identifies the code to its readers.</summary>
    public ObjectId CodeId { get; set; }

    /// <summary>Keyed hash; absent where no account can be proven, and until a code is mailed.</summary>
    public string? Hash { get; set; }

    /// <summary>Absent until a code is mailed, or would be.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }

    public int Attempts { get; set; }

    /// <summary>A code that was used stays to be told from a wrong one.</summary>
    public bool IsUsed { get; set; }

    /// <summary>What was entered at sign-up; absent in flows of other kinds.</summary>
    public SignUpDetails? Details { get; set; }
}

/// <summary>What a sign-up makes of an account once its code is entered.</summary>
internal sealed record SignUpDetails(string Username, string Name, string Role, string PasswordHash);
