using Visuels.Auth;
using Visuels.Auth.Operator;
using Visuels.ServiceDefaults.Hosting;

return OperatorCommands.Concerns(args)
    ? await OperatorCommands.RunAsync(args, configuration => AuthService.Build(configuration), Console.Out, Console.Error, CancellationToken.None)
    : await ServiceHost.RunAsync(() => AuthService.Build(args));
