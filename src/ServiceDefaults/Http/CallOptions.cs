using System.ComponentModel.DataAnnotations;

namespace Visuels.ServiceDefaults.Http;

/// <summary>How long one of our services waits for another. Section <c>Calls</c>.</summary>
public sealed class CallOptions
{
    /// <summary>How long a try may take, until the headers of its answer; half of it to connect. A call has two tries.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:00:30")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(2);
}
