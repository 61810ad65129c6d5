using Visuels.Jobs;
using Visuels.Jobs.DeadLetters;
using Visuels.ServiceDefaults.Hosting;

return DeadLetterCommands.Concerns(args)
    ? await DeadLetterCommands.RunAsync(args, Console.Out, Console.Error, CancellationToken.None)
    : await ServiceHost.RunAsync(() => JobsService.Build(args));
