using Visuels.Chat;
using Visuels.ServiceDefaults.Hosting;

return await ServiceHost.RunAsync(() => ChatService.Build(args));
