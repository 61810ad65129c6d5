using System.ComponentModel.DataAnnotations;

namespace Visuels.ServiceDefaults.Limits;

/// <summary>What one process takes on at a time. Section <c>Requests</c>.</summary>
public sealed class RequestOptions
{
    /// <summary>Requests at a time, hub connections and health checks apart; the next one gets 503 <c>overloaded</c> at once.</summary>
    [Range(1, 100_000)]
    public int Concurrent { get; set; } = 2_000;

    /// <summary>How long a request may take, from its headers to its answer; then it gets 503.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>The same for uploads, which a slow line may take a while to send, and for exports of all that is held of a user.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:05:00")]
    public TimeSpan UploadTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>The same for what people download of their own: a slow line may take its time, and nobody holds a place for ever.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan DownloadTimeout { get; set; } = TimeSpan.FromMinutes(5);
}
