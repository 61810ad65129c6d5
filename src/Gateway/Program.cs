using Visuels.Gateway;
using Visuels.ServiceDefaults.Hosting;

return await ServiceHost.RunAsync(() => GatewayService.Build(args));
