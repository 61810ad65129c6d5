using Microsoft.AspNetCore.SignalR;

namespace Visuels.Chat.Realtime;

/// <summary>A hub has no problem+json: the client gets <c>code: message</c> with the codes and words of the HTTP routes.</summary>
internal static class HubErrors
{
    public const string TooManyConnections = "too_many_connections";
    public const string TooManyConnectionsMessage = "Too many open chat connections; close one first.";

    public static HubException Of(string code, string message) => new($"{code}: {message}");
}
