using Visuels.Products;
using Visuels.ServiceDefaults.Hosting;

return await ServiceHost.RunAsync(() => ProductService.Build(args));
