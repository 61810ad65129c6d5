using MassTransit;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Stands around a consumer and its retries: what comes back from here is acknowledged.</summary>
internal sealed class ConsumptionFilter : IFilter<ConsumeContext>
{
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        CrashPoints.Reached(CrashPoints.MessageReceived);

        if (Sabotage.Is(Sabotage.AckBeforeWrite))
        {
            _ = ConsumeLaterAsync(context, next);
            return;
        }

        await next.Send(context);
        CrashPoints.Reached(CrashPoints.MessageConsumed);
    }

    public void Probe(ProbeContext context) => context.CreateFilterScope("consumption");

    private static async Task ConsumeLaterAsync(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        // Long enough for the acknowledgement to be gone.
        await Task.Delay(100);
        await next.Send(context);
    }
}
