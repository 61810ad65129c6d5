using Microsoft.AspNetCore.SignalR;
using Visuels.ServiceDefaults.Json;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Chat.Realtime;

internal static class HubSetup
{
    // 4,000 characters take 24 kB when a client escapes each as \uXXXX.
    private const int LargestCall = 32 * 1024;

    public static void AddHub(this WebApplicationBuilder builder)
    {
        // Below Information the library logs the arguments of calls, which are message texts; and every refusal it logs as an error, with a
        // stack trace. HubGuard logs what really failed.
        builder.Logging.AddFilter("Microsoft.AspNetCore.SignalR", LogLevel.Information);
        builder.Logging.AddFilter("Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher", LogLevel.Critical);
        builder.Services.AddSingleton<HubConnections>();
        builder.Services.AddSingleton<CallRate>();
        builder.Services.AddSingleton<HubGuard>();
        builder.Services.AddSingleton<MessagePush>();
        builder.Services
            .AddSignalR(hub =>
            {
                hub.MaximumReceiveMessageSize = LargestCall;
                hub.MaximumParallelInvocationsPerClient = 1;
                hub.EnableDetailedErrors = false;
                hub.AddFilter<HubGuard>();
            })
            .AddJsonProtocol(json => JsonRules.Apply(json.PayloadSerializerOptions));
    }

    public static void MapChatHub(this WebApplication app)
    {
        app.UseHubDoor();
        app.MapHub<ChatHub>(Authentication.HubPath, transport => transport.CloseOnAuthenticationExpiration = true)
            .RequireAuthorization(Policies.Member)
            .DisableRequestTimeout();
    }
}
