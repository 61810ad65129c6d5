using Visuels.Jobs;
using Visuels.ServiceDefaults.Hosting;

return await ServiceHost.RunAsync(() => JobsService.Build(args));
