using Visuels.Chat.Blocking;
using Visuels.Chat.Consumers;
using Visuels.Chat.Conversations;
using Visuels.Chat.Export;
using Visuels.Chat.Realtime;
using Visuels.Chat.Reporting;
using Visuels.ServiceDefaults;
using Visuels.ServiceDefaults.Exports;
using Visuels.ServiceDefaults.Hosting;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Schedules;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Chat;

public static class ChatService
{
    public static readonly ServiceIdentity Identity = new("chat", 4004, "Visuels Chat", "Visuels.Chat");

    public static WebApplication Build(string[] args, Action<WebApplicationBuilder>? configure = null)
    {
        var builder = ServiceHost.CreateBuilder(Identity, args, configure);
        builder.AddMongo("visuels-chat");
        builder.AddMessaging(Identity.Name, bus =>
        {
            bus.AddRevocationConsumer();
            bus.AddUserCardConsumers();
            bus.AddConsumer<OrderPlacedConsumer>();
            bus.AddConsumer<OrderStatusChangedConsumer>();
        });
        builder.Services.AddOptions<ChatOptions>().BindConfiguration("Chat").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddUserCards();
        builder.Services.AddStore<ConversationStore>();
        builder.Services.AddStore<MessageStore>();
        builder.Services.AddStore<BlockStore>().AddForgetting<BlockStore>();
        builder.Services.AddStore<ReportStore>().AddForgetting<ReportStore>();
        builder.Services.AddSingleton<Reporting.Reporting>();
        builder.Services.AddSingleton<ChatExport>();
        builder.Services.AddSingleton(services => new MessageSeal(services.GetRequiredService<KeyFolder>().Ring("chat.key")));
        builder.Services.AddSingleton<Lanes>();
        builder.Services.AddSingleton<MessageLog>();
        builder.Services.AddSingleton<Messenger>();
        builder.AddHub();
        builder.Services.AddSchedules(schedules => schedules.Add<DeletedUsers>(DeletedUsers.Name, DeletedUsers.Every));
        builder.Services.AddValidation();

        var app = builder.Build();
        // A missing chat.key stops the start, not the first message.
        _ = app.Services.GetRequiredService<MessageSeal>();
        app.UseServiceDefaults();
        app.MapConversations();
        app.MapBlocks();
        app.MapReports();
        app.MapReportsForOperators();
        app.MapExport<ChatExport>("/api/v1/message/internal");
        app.MapChatHub();
        return app;
    }
}
