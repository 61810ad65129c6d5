using Microsoft.Extensions.Options;
using MongoDB.Bson;

namespace Visuels.Chat.Realtime;

/// <summary>Counts each user's open connections to this process, so that one user cannot take all.</summary>
internal sealed class HubConnections(IOptions<ChatOptions> options)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectId, int> _open = [];

    public bool IsFull(ObjectId user)
    {
        lock (_lock)
        {
            return _open.GetValueOrDefault(user) >= options.Value.ConnectionsPerUser;
        }
    }

    public bool TryEnter(ObjectId user)
    {
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(user);
            if (open >= options.Value.ConnectionsPerUser)
            {
                return false;
            }

            _open[user] = open + 1;
            return true;
        }
    }

    public void Leave(ObjectId user)
    {
        lock (_lock)
        {
            if (--_open[user] == 0)
            {
                _open.Remove(user);
            }
        }
    }
}
