using System.Collections.Immutable;
using System.Threading.Channels;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Wakes the relays of this process. A lost signal costs some seconds, never an event.</summary>
public sealed class OutboxSignal
{
    private ImmutableArray<Channel<bool>> _listeners = [];

    /// <summary>Something was written to an outbox.</summary>
    public void Raise()
    {
        foreach (var listener in _listeners)
        {
            listener.Writer.TryWrite(true);
        }
    }

    /// <summary>A channel that holds at most one signal, however many were raised.</summary>
    internal ChannelReader<bool> Listen()
    {
        var channel = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        ImmutableInterlocked.Update(ref _listeners, listeners => listeners.Add(channel));
        return channel.Reader;
    }
}
