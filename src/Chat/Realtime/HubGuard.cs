using Microsoft.AspNetCore.SignalR;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Chat.Realtime;

/// <summary>Around every hub call: the connection's rate, and and what goes wrong told and logged as over HTTP.</summary>
internal sealed partial class HubGuard(CallRate rate, ILogger<HubGuard> logger) : IHubFilter
{
    private static readonly object BucketKey = new();

    public Task OnConnectedAsync(HubLifetimeContext context, Func<HubLifetimeContext, Task> next)
    {
        context.Context.Items[BucketKey] = rate.NewBucket();
        return next(context);
    }

    public async ValueTask<object?> InvokeMethodAsync(HubInvocationContext call, Func<HubInvocationContext, ValueTask<object?>> next)
    {
        if (call.Context.Items[BucketKey] is CallRate.Bucket bucket && !bucket.TryTake())
        {
            throw HubErrors.Of("rate_limited", "Too many requests; please wait a moment.");
        }

        try
        {
            return await next(call);
        }
        catch (Exception e) when (e is DependencyUnavailableException || StoreOutages.Is(e))
        {
            LogDependency(e.Message.ReplaceLineEndings(" "));
            throw HubErrors.Of(ProblemCodes.DependencyUnavailable, "Something this needs is not available right now; please try again.");
        }
        catch (Exception e) when (e is not (HubException or OperationCanceledException))
        {
            LogUnexpected(e, call.HubMethodName);
            throw HubErrors.Of("internal_error", "Something went wrong on our side.");
        }
    }

    [LoggerMessage(LogLevel.Warning, "A dependency failed: {Reason}")]
    private partial void LogDependency(string reason);

    [LoggerMessage(LogLevel.Error, "The hub call {Method} failed")]
    private partial void LogUnexpected(Exception exception, string method);
}
