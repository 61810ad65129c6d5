using MongoDB.Bson;
using Visuels.Orders.Artworks;
using Visuels.Orders.Carts;
using Visuels.ServiceDefaults.Faults;
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
    // Each look but the first follows a race that was lost against the same buyer.
    private const int Looks = 3;

    /// <param name="buyer">The buyer.</param>
    /// <param name="lines">What to order.</param>
    /// <param name="resumed">Whether orders with the ids of these lines were placed by an earlier try of this request.</param>
    /// <param name="ct">Ends when the caller is gone.</param>
    public Task<Placement> PlaceAsync(ObjectId buyer, IReadOnlyList<CartLine> lines, bool resumed, CancellationToken ct) =>
        PlaceAsync(buyer, lines, resumed, Looks, ct);

    private async Task<Placement> PlaceAsync(ObjectId buyer, IReadOnlyList<CartLine> lines, bool resumed, int looks, CancellationToken ct)
    {
        var found = await PresentAsync(buyer, lines, ct);
        var (possible, rejected) = await SplitAsync(buyer, [.. lines.Except(found.Select(p => p.Line))], ct);

        // Before anything is written: without the cards there is no answer, and an order nobody hears of helps nobody.
        var people = await users.GetAsync([buyer, .. possible.Concat(found.Select(p => p.Order)).Select(order => order.Item.ArtistId)], ct);
        var own = resumed ? found.Where(p => p.Order.Id == p.Line.OrderId).ToList() : [];
        var placement = new Placement([.. own.Select(p => p.Order)], [.. found.Except(own)], rejected, people);
        if (possible.Count == 0)
        {
            return placement;
        }

        var refused = await orders.InsertAsync(possible, ct);
        CrashPoints.Reached(CrashPoints.OrderPlaced);
        signal.Raise();
        placement = placement with { Placed = [.. placement.Placed, .. possible.Except(refused)] };
        if (refused.Count == 0)
        {
            return placement;
        }

        // What was in the way is there to be found, or has been closed in this instant and is in the way no more.
        var lost = lines.Where(line => refused.Any(order => order.Id == line.OrderId)).ToList();
        if (looks == 1)
        {
            return placement with { Rejected = [.. rejected, .. lost.Select(line => new RejectedLine(line.ProductId, OrderProblems.AlreadyOrdered))] };
        }

        var again = await PlaceAsync(buyer, lost, resumed, looks - 1, ct);
        return placement with
        {
            Placed = [.. placement.Placed, .. again.Placed],
            Present = [.. placement.Present, .. again.Present],
            Rejected = [.. placement.Rejected, .. again.Rejected],
        };
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
