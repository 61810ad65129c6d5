using Microsoft.AspNetCore.SignalR;
using Microsoft.Extensions.Options;
using MongoDB.Bson;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Chat.Realtime;

/// <summary>
/// Each user's open connections to this process: one user cannot take all, and those whose session has ended, or whose role has changed, are
/// closed. A client that may still come connects again.
/// </summary>
internal sealed class HubConnections
{
    private readonly Lock _lock = new();
    private readonly Dictionary<ObjectId, List<HubCallerContext>> _open = [];
    private readonly Revocations _revocations;
    private readonly int _most;

    public HubConnections(IOptions<ChatOptions> options, Revocations revocations)
    {
        _most = options.Value.ConnectionsPerUser;
        _revocations = revocations;
        revocations.Changed += Close;
    }

    public bool IsFull(ObjectId user)
    {
        lock (_lock)
        {
            return _open.GetValueOrDefault(user)?.Count >= _most;
        }
    }

    public bool TryEnter(HubCallerContext connection)
    {
        var user = connection.User!.GetUserId();
        lock (_lock)
        {
            var open = _open.GetValueOrDefault(user) ?? [];
            if (open.Count >= _most)
            {
                return false;
            }

            open.Add(connection);
            _open[user] = open;
        }

        // What was revoked since the door has not found it among the open ones.
        if (_revocations.HasChanged(connection.User!))
        {
            connection.Abort();
        }

        return true;
    }

    public void Leave(HubCallerContext connection)
    {
        var user = connection.User!.GetUserId();
        lock (_lock)
        {
            if (_open.TryGetValue(user, out var open) && open.Remove(connection) && open.Count == 0)
            {
                _open.Remove(user);
            }
        }
    }

    private void Close(string userId)
    {
        List<HubCallerContext> outdated;
        lock (_lock)
        {
            outdated = ObjectId.TryParse(userId, out var user) && _open.TryGetValue(user, out var open)
                ? open.FindAll(connection => _revocations.HasChanged(connection.User!))
                : [];
        }

        outdated.ForEach(connection => connection.Abort());
    }
}
