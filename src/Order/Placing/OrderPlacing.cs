using MongoDB.Bson;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Users;

namespace Visuels.Orders.Placing;

/// <summary>What became of some lines.</summary>
/// <param name="Placed">New orders.</param>
/// <param name="Present">Lines for which the buyer has an order already, with that order.</param>
/// <param name="Rejected">Lines that cannot be ordered.</param>
/// <param name="People">Cards of the buyer and of the artists.</param>
internal sealed record Placement(
    IReadOnlyList<Order> Placed,
    IReadOnlyList<(CartLine Line, Order Order)> Present,
    IReadOnlyList<RejectedLine> Rejected,
    IReadOnlyDictionary<ObjectId, UserCard> People);

/// <summary>
/// Turns lines into orders, one each. The orders' ids are chosen before and the unique indexes decide, so that doing it again, at the
/// same time or after a crash, makes no second order.
/// </summary>
internal sealed class OrderPlacing(
    OrderStore orders, ProductCards products, SoldEditions sold, UserCards users, OutboxSignal signal, TimeProvider clock)
{
    public async Task<Placement> PlaceAsync(ObjectId buyer, IReadOnlyList<CartLine> lines, CancellationToken ct)
    {
        var present = await PresentAsync(buyer, lines, ct);
        var (possible, rejected) = await SplitAsync(buyer, [.. lines.Except(present.Select(p => p.Line))], ct);

        // Before anything is written: without the cards there is no answer, and an order nobody hears of helps nobody.
        var people = await users.GetAsync([buyer, .. possible.Concat(present.Select(p => p.Order)).Select(order => order.Item.ArtistId)], ct);
        if (possible.Count == 0)
        {
            return new Placement([], present, rejected, people);
        }

        var refused = await orders.InsertAsync(possible, ct);
        signal.Raise();
        if (refused.Count > 0)
        {
            var lost = lines.Where(line => refused.Any(order => order.Id == line.OrderId)).ToList();
            var winners = await PresentAsync(buyer, lost, ct);
            present = [.. present, .. winners];
            // The order in the way has been closed in this instant; the next try will succeed.
            rejected = [.. rejected, .. lost.Except(winners.Select(p => p.Line)).Select(line => new RejectedLine(line.ProductId, OrderProblems.AlreadyOrdered))];
        }

        return new Placement([.. possible.Except(refused)], present, rejected, people);
    }

    private async Task<IReadOnlyList<(CartLine Line, Order Order)>> PresentAsync(ObjectId buyer, IReadOnlyList<CartLine> lines, CancellationToken ct)
    {
        var found = await orders.FindPresentAsync(buyer, lines, ct);
        return
        [
            .. from line in lines
               let order = found.FirstOrDefault(order => order.Id == line.OrderId)
                   ?? found.FirstOrDefault(order => order.Open && order.Item.ProductId == line.ProductId)
               where order is not null
               select (line, order),
        ];
    }

    private async Task<(IReadOnlyList<Order> Possible, IReadOnlyList<RejectedLine> Rejected)> SplitAsync(
        ObjectId buyer, IReadOnlyList<CartLine> lines, CancellationToken ct)
    {
        if (lines.Count == 0)
        {
            return ([], []);
        }

        var wanted = lines.Select(line => line.ProductId).ToList();
        var cards = await products.GetAsync(wanted, ct);
        var taken = await sold.CountAsync(wanted, ct);
        var now = clock.GetUtcNow();
        var possible = new List<Order>();
        var rejected = new List<RejectedLine>();
        foreach (var line in lines)
        {
            var card = cards.GetValueOrDefault(line.ProductId);
            if (ProductCard.ObstacleTo(card, taken.GetValueOrDefault(line.ProductId), line.Quantity) is { } obstacle)
            {
                rejected.Add(new RejectedLine(line.ProductId, obstacle));
            }
            else
            {
                possible.Add(Order.Place(line, buyer, card!, now));
            }
        }

        return (possible, rejected);
    }
}
