using System.Runtime.InteropServices;
using Visuels.EmbeddedMongo;
using Visuels.ServiceDefaults.Hosting;

namespace Visuels.AllInOne;

/// <summary>The README's first command: everything in one process, until a signal ends it.</summary>
internal static class AllInOneProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        // Before any host exists, so that a signal during the start stops it as well.
        using var stop = new CancellationTokenSource();
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, context => Stop(context, stop));
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, context => Stop(context, stop));

        try
        {
            var switches = Switches.Parse(args);
            using var folder = DataFolder.Open(switches);
            Ports.EnsureFree(switches.Ports);

            await using var marketplace = await Marketplace.StartAsync(switches, folder, stop.Token);
            await ReadyMessage.WriteAsync(Console.Out, marketplace, folder);
            await stop.Token.WhenCancelled();
            await Console.Out.WriteLineAsync("Stopping.");
            return 0;
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return 0;
        }
        catch (EmbeddedMongoException refused)
        {
            await Console.Error.WriteLineAsync(refused.Message);
            return 1;
        }
        catch (Exception e) when (ServiceHost.StartFailure(e) is { } reason)
        {
            await Console.Error.WriteLineAsync(reason);
            return 1;
        }
    }

    private static void Stop(PosixSignalContext context, CancellationTokenSource stop)
    {
        context.Cancel = true;
        stop.Cancel();
    }

    private static Task WhenCancelled(this CancellationToken token)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        token.Register(cancelled.SetResult);
        return cancelled.Task;
    }
}
