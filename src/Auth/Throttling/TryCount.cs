using MongoDB.Bson.Serialization.Attributes;

namespace Visuels.Auth.Throttling;

/// <summary>Wrong passwords in a row: a document of collection <c>tries</c>.</summary>
internal sealed class TryCount
{
    /// <summary>So many are free; from then on each has to wait.</summary>
    public const int Free = 10;

    public static readonly TimeSpan Shortest = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(15);

    /// <summary>After so long a silence all is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromDays(1);

    /// <summary>Keyed hash of whose password it is, and of the device if it is a known one.</summary>
    [BsonId]
    public required string Key { get; set; }

    public int Tries { get; set; }

    public DateTimeOffset TriedAt { get; set; }

    public DateTimeOffset DeleteAt { get; set; }

    /// <summary>How long the next try has to wait after so many.</summary>
    public static TimeSpan PauseAfter(int tries)
    {
        if (tries < Free)
        {
            return TimeSpan.Zero;
        }

        var pause = Shortest * Math.Pow(2, Math.Min(tries - Free, 10));
        return pause < Longest ? pause : Longest;
    }
}
