using MassTransit;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Stands around a consumer and its retries: what comes back from here is acknowledged. Oversized messages go no further.</summary>
internal sealed class ConsumptionFilter : IFilter<ConsumeContext>
{
    /// <summary>Many times what the largest event of ours takes.</summary>
    private const long LargestEvent = 64 * 1024;

    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        CrashPoints.Reached(CrashPoints.MessageReceived);
        if (context.ReceiveContext.Body.Length > LargestEvent)
        {
            // Around the retries: trying again would not make it smaller.
            throw new InvalidDataException($"A message of {context.ReceiveContext.Body.Length} bytes is no event of ours.");
        }

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
