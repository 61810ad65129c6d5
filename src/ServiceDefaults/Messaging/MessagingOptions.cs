using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Section <c>Messaging</c>, and <c>ConnectionStrings:RabbitMq</c>.</summary>
public sealed class MessagingOptions
{
    /// <summary>Unless set: RabbitMQ where <c>ConnectionStrings:RabbitMq</c> is given, else in memory, which Production refuses.</summary>
    public MessagingTransport? Transport { get; set; }

    /// <summary>How often a message whose consumer fails is tried again before it goes to the error queue; 0: neither this nor for an outage.</summary>
    [Range(0, 10)]
    public int RetryCount { get; set; } = 5;

    /// <summary>The pause before the first of these tries; later ones are longer.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:00:10")]
    public TimeSpan RetryMinPause { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>The longest pause between these tries. A message that is tried again keeps its place among those that are handled at a time.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan RetryMaxPause { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How often it is tried again while what its consumer needs is away: the store, another service. No other message would fare better.</summary>
    [Range(0, 1000)]
    public int OutageRetryCount { get; set; } = 100;

    /// <summary>The longest pause between those tries.</summary>
    [Range(typeof(TimeSpan), "00:00:00.001", "00:01:00")]
    public TimeSpan OutageMaxPause { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many messages of a queue are handled at a time.</summary>
    [Range(1, 1000)]
    public int Prefetch { get; set; } = 16;

    /// <summary>How long consumers may finish what they handle when the host stops.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan StopTimeout { get; set; } = TimeSpan.FromSeconds(8);

    /// <summary>In memory: how long a relay waits for the other services of its process to connect their queues.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan StartupGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>From <c>ConnectionStrings:RabbitMq</c>, <c>amqp://user:password@host:port/vhost</c>.</summary>
    internal string? RabbitMq { get; set; }
}

/// <summary>Decides which transport is used, and refuses what cannot work with a line that says why.</summary>
internal sealed class MessagingOptionsSetup(IConfiguration configuration, IHostEnvironment environment)
    : IPostConfigureOptions<MessagingOptions>, IValidateOptions<MessagingOptions>
{
    public void PostConfigure(string? name, MessagingOptions options)
    {
        options.RabbitMq = configuration.GetConnectionString("RabbitMq");
        options.Transport ??= !string.IsNullOrWhiteSpace(options.RabbitMq) ? MessagingTransport.RabbitMq
            : environment.IsProduction() ? null
            : MessagingTransport.InMemory;
    }

    public ValidateOptionsResult Validate(string? name, MessagingOptions options) => options switch
    {
        { Transport: MessagingTransport.InMemory } => ValidateOptionsResult.Success,
        { RabbitMq: null or "" } => ValidateOptionsResult.Fail(
            "ConnectionStrings:RabbitMq is not set: Production needs a broker (amqp://user:password@host:5672/)."),
        _ when !Uri.TryCreate(options.RabbitMq, UriKind.Absolute, out var uri) || uri.Scheme is not ("amqp" or "amqps") =>
            ValidateOptionsResult.Fail("ConnectionStrings:RabbitMq must look like amqp://user:password@host:5672/."),
        _ => ValidateOptionsResult.Success,
    };
}
