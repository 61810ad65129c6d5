using MongoDB.Bson;
using Visuels.Orders.Artworks;
using Visuels.ServiceDefaults.Schedules;

namespace Visuels.Orders.Reconciling;

/// <summary>Compares the copies of artworks with Product's cards, and repairs what was lost or broken. An event in this instant wins.</summary>
internal sealed partial class CardReconciliation(ProductCards cards, ProductCardsClient product, ILogger<CardReconciliation> logger) : IScheduledJob
{
    // As many as Product tells in one answer.
    private const int BatchSize = 50;

    public async Task<long> RunAsync(CancellationToken ct)
    {
        var (repaired, after) = (0L, ObjectId.Empty);
        while (await cards.PageAsync(after, BatchSize, ct) is { Count: > 0 } known)
        {
            // Asked for after the copies were read: as new as they are, or newer.
            var truth = (await product.GetAsync(known.Select(card => card.Id), ct)).ToDictionary(card => card.Id);
            foreach (var card in known)
            {
                if (truth.TryGetValue(card.Id, out var told) && !card.Says(told) && await cards.TryReplaceAsync(card, told, ct))
                {
                    LogRepaired(card.Id);
                    repaired++;
                }
            }

            after = known[^1].Id;
        }

        return repaired;
    }

    [LoggerMessage(LogLevel.Warning, "The card of product {ProductId} was not as Product has it; repaired")]
    private partial void LogRepaired(ObjectId productId);
}
