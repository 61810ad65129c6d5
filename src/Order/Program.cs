using Visuels.Orders;
using Visuels.ServiceDefaults.Hosting;

return await ServiceHost.RunAsync(() => OrderService.Build(args));
