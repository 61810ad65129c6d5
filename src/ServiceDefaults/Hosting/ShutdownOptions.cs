using System.ComponentModel.DataAnnotations;

namespace Visuels.ServiceDefaults.Hosting;

/// <summary>How a service leaves. Section <c>Shutdown</c>. All of it ends within <see cref="Longest"/> of the signal.</summary>
public sealed class ShutdownOptions
{
    /// <summary>How long stopping may take in all; what has not finished by then is left to the next start.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromSeconds(9);

    /// <summary>
    /// How long the service still answers everybody while it already says that it is not ready, so that a balancer turns away first.
    /// Default 2 s in Production, nothing elsewhere.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:05")]
    public TimeSpan Drain { get; set; }

    /// <summary>How long after the signal requests may finish; then they are cut off. Default 7 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:00:08")]
    public TimeSpan Finish { get; set; } = TimeSpan.FromSeconds(7);
}
