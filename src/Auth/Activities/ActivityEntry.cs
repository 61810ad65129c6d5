using MongoDB.Bson;

namespace Visuels.Auth.Activities;

/// <summary>Something that happened to an account, for its owner to read: a document of collection <c>activity</c>.</summary>
internal sealed class ActivityEntry
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(90);

    /// <summary>So many are kept of what an account's sessions did,</summary>
    public const int MostOwn = 150;

    /// <summary>and so many of what anybody can do who knows its address: however many those are, they push out none of the others.</summary>
    public const int MostOfStrangers = 50;

    public ObjectId Id { get; set; }

    public ObjectId UserId { get; set; }

    public DateTimeOffset At { get; set; }

    /// <summary>One of <see cref="ActivityKinds"/>.</summary>
    public required string Kind { get; set; }

    /// <summary>More about it, in words of the program.</summary>
    public string? Detail { get; set; }

    /// <summary>What it was done with, by <see cref="Sessions.DeviceNames"/>; absent for what the operator did.</summary>
    public string? Device { get; set; }

    /// <summary>From where, by <see cref="ShortNetworks"/>; absent for what the operator did.</summary>
    public string? Network { get; set; }

    public bool ByStranger { get; set; }

    public DateTimeOffset DeleteAt { get; set; }
}
