using Visuels.ServiceDefaults.Limits;

namespace Visuels.Chat.Realtime;

/// <summary>How many calls a connection may make: the HTTP limit of messages per second, and twice that at once.</summary>
internal sealed class CallRate(IConfiguration configuration, IHostEnvironment environment, TimeProvider clock)
{
    private readonly int? _perSecond = RateLimits.PermitsOf(RateLimits.Message, configuration, environment);

    public Bucket? NewBucket() => _perSecond is { } rate ? new Bucket(rate, 2 * rate, clock) : null;

    /// <summary>One connection's tokens. A connection makes one call at a time, so nothing is locked.</summary>
    internal sealed class Bucket(int perSecond, int size, TimeProvider clock)
    {
        private double _tokens = size;
        private long _filledAt = clock.GetTimestamp();

        public bool TryTake()
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(size, _tokens + (clock.GetElapsedTime(_filledAt, now).TotalSeconds * perSecond));
            _filledAt = now;
            if (_tokens < 1)
            {
                return false;
            }

            _tokens--;
            return true;
        }
    }
}
