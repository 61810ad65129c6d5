using Visuels.Auth;
using Visuels.ServiceDefaults.Hosting;

return await ServiceHost.RunAsync(() => AuthService.Build(args));
