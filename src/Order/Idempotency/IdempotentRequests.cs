using MongoDB.Driver;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Faults;

namespace Visuels.Orders.Idempotency;

/// <summary>
/// Answers a request that comes several times under one key once, and repeats that answer. What the request was answered (2xx, 404,
/// 409) is kept; a failure is not, and leaves the key free for the next try.
/// </summary>
internal sealed class IdempotentRequests(IdempotencyRecords records, TimeProvider clock)
{
    public const string Header = "Idempotency-Key";

    // Longer than a request takes. One that takes longer still is done twice at the same time, with the same ids: no harm.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(5);

    // Giving a lease back must not make the caller wait for a store that is gone.
    private static readonly TimeSpan ReleaseTimeout = TimeSpan.FromMilliseconds(250);

    // Once for a record that is there, once for one that was removed between the two looks.
    private const int Tries = 3;

    /// <param name="http">The request, whose answer is written into a buffer first.</param>
    /// <param name="request">The request as a new record.</param>
    /// <param name="place">Does it: the lines, and whether somebody has begun with them before.</param>
    /// <param name="ct">Ends when the caller is gone.</param>
    public async Task<IResult> RunAsync(
        HttpContext http, IdempotencyRecord request, Func<IReadOnlyList<CartLine>, bool, Task<IResult>> place, CancellationToken ct)
    {
        request = request with { LeaseUntil = request.At + Lease };
        for (var tried = 0; tried < Tries; tried++)
        {
            if (await records.TryAddAsync(request, ct))
            {
                return await FinishAsync(http, request, () => place(request.Lines, false), ct);
            }

            if (await records.FindAsync(request.Id, ct) is not { } known)
            {
                continue;
            }

            // The store removes what is too old when it finds the time.
            if (known.At + IdempotencyRecords.Kept <= request.At)
            {
                if (await records.TryReplaceAsync(known, request, ct))
                {
                    return await FinishAsync(http, request, () => place(request.Lines, false), ct);
                }

                continue;
            }

            if (!known.IsOfSameBody(request))
            {
                return Problems.Problem(
                    StatusCodes.Status422UnprocessableEntity, OrderProblems.IdempotencyKeyReused, "This Idempotency-Key came with another body before.");
            }

            if (known.Answer is { } answer)
            {
                return Replay(http, answer);
            }

            if (known.LeaseUntil > request.At || !await records.TryTakeOverAsync(known, request.LeaseUntil.Value, ct))
            {
                break;
            }

            var mine = known with { LeaseUntil = request.LeaseUntil };
            return await FinishAsync(http, mine, () => place(mine.Lines, true), ct);
        }

        http.Response.Headers.RetryAfter = "1";
        return Problems.Conflict(OrderProblems.RequestInProgress, "A request with this Idempotency-Key is being handled; please ask again in a moment.");
    }

    private async Task<IResult> FinishAsync(HttpContext http, IdempotencyRecord mine, Func<Task<IResult>> place, CancellationToken ct)
    {
        try
        {
            CrashPoints.Reached(CrashPoints.OrderKeyed);
            var answer = await StoredAnswer.RenderAsync(await place(), http);
            if (await records.TryFinishAsync(mine, answer, ct))
            {
                CrashPoints.Reached(CrashPoints.OrderAnswerStored);
                return answer;
            }

            // It took too long, and another has finished it.
            return (await records.FindAsync(mine.Id, ct))?.Answer is { } first ? Replay(http, first) : answer;
        }
        catch
        {
            await ReleaseAsync(mine);
            throw;
        }
    }

    private async Task ReleaseAsync(IdempotencyRecord mine)
    {
        using var timeout = new CancellationTokenSource(ReleaseTimeout, clock);
        try
        {
            await records.ReleaseAsync(mine, timeout.Token);
        }
        catch (Exception e) when (e is MongoException or TimeoutException or OperationCanceledException)
        {
            // The lease ends by itself.
        }
    }

    private static StoredAnswer Replay(HttpContext http, StoredAnswer answer)
    {
        http.Response.Headers["Idempotent-Replayed"] = "true";
        return answer;
    }
}
