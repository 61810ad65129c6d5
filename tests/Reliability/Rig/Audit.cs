using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Chat.Conversations;
using Visuels.Orders;
using Visuels.Products.Artworks;

namespace Visuels.Reliability.Rig;

/// <summary>What an audit found.</summary>
/// <param name="Problems">Each a sentence; empty when all promises hold.</param>
/// <param name="Orders">Orders in the store.</param>
/// <param name="Mails">Mails accepted, each Message-ID once.</param>
/// <param name="Repeats">Mails accepted again under the same Message-ID.</param>
/// <param name="Took">Until nothing was missing, or until patience ended.</param>
internal sealed record Findings(IReadOnlyList<string> Problems, int Orders, int Mails, int Repeats, TimeSpan Took)
{
    public bool AreNone => Problems.Count == 0;

    /// <summary>The problems in one line.</summary>
    public string Text => AreNone ? "0 problems" : $"{Problems.Count} problems: {string.Join("; ", Problems.Take(3))}";
}

/// <summary>
/// The checker, in the sense of Jepsen's total queue: everything that was acknowledged must come out, once, and nothing else. It looks at
/// the orders for the works of some artists and at everything that must follow from each: mails, notes in the chat, the products' state.
/// </summary>
internal sealed class Audit(Marketplace market, IEnumerable<Person> artists)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    private readonly List<ObjectId> _artists = [.. artists.Select(artist => artist.Id)];
    private readonly HashSet<ObjectId> _acknowledged = [];

    /// <summary>Notes orders that a client got a 2xx for.</summary>
    public void Acknowledge(params IEnumerable<ObjectId> orders)
    {
        lock (_acknowledged)
        {
            _acknowledged.UnionWith(orders);
        }
    }

    /// <summary>Looks until nothing is missing, at most so long; then once more for what came too often.</summary>
    public async Task<Findings> SettleAsync(TimeSpan within, CancellationToken ct)
    {
        var clock = Stopwatch.StartNew();
        while (true)
        {
            var findings = await LookAsync(ct) with { Took = clock.Elapsed };
            if (findings.AreNone || clock.Elapsed > within)
            {
                return findings;
            }

            await Task.Delay(Pause, ct);
        }
    }

    /// <summary>Looks once.</summary>
    public async Task<Findings> LookAsync(CancellationToken ct)
    {
        var orders = await market.Store["order"].GetCollection<Order>(OrderStore.Collection)
            .Find(order => _artists.Contains(order.Item.ArtistId)).ToListAsync(ct);
        var mails = new MailCheck(orders, _artists, market.Smtp);
        List<string> problems =
        [
            .. Acknowledged(orders),
            .. orders.SelectMany(Incomplete),
            .. mails.Problems,
            .. await Leftovers.FindAsync(market, ct),
            .. SoldTwice(orders),
            .. await ProductsAsync(orders, ct),
            .. await ChatsAsync(orders, ct),
            .. await CopyCheck.AccountsAsync(market, _artists, areKnown: false, ct),
        ];
        return new Findings(problems, orders.Count, mails.Distinct, mails.Repeats, TimeSpan.Zero);
    }

    private IEnumerable<string> Acknowledged(List<Order> orders)
    {
        lock (_acknowledged)
        {
            return [.. _acknowledged.Except(orders.Select(order => order.Id)).Select(lost => $"order {lost} was acknowledged and is not there")];
        }
    }

    private static IEnumerable<string> Incomplete(Order order)
    {
        if (order.Outbox is { Entries.Count: > 0 } or { PendingAt: not null } or { LeaseBy: not null })
        {
            yield return $"order {order.Id} still has events in its outbox";
        }

        if (order.History.Count == 0 || order.History[^1].Status != order.Status || order.Version != order.History.Count)
        {
            yield return $"order {order.Id} has a history that does not fit its state";
        }

        if (order.History.Zip(order.History.Skip(1)).Any(step => !OrderRules.Allows(step.First.Status, step.Second.Status, step.Second.By)))
        {
            yield return $"order {order.Id} has moved where no rule lets it: {string.Join(", ", order.History.Select(step => step.Status))}";
        }

        if (order.Sold != (order.Status == OrderStatus.ACCEPTED) || order.Editions.Count != (order.Sold ? order.Item.Quantity : 0))
        {
            yield return $"order {order.Id} is {order.Status} and holds {order.Editions.Count} editions";
        }
    }

    private static IEnumerable<string> SoldTwice(List<Order> orders) =>
        from order in orders
        where order.Sold
        from edition in order.Editions
        group order by (order.Item.ProductId, edition) into holders
        where holders.Count() > 1 || holders.Key.edition > holders.First().Item.EditionCount
        select $"edition {holders.Key.edition} of product {holders.Key.ProductId} is sold {holders.Count()} times";

    private async Task<IEnumerable<string>> ProductsAsync(List<Order> orders, CancellationToken ct)
    {
        var products = await market.Store["product"].GetCollection<Product>(Product.Collection)
            .Find(product => _artists.Contains(product.ArtistId)).ToListAsync(ct);
        var sold = orders.Where(order => order.Sold).ToLookup(order => order.Item.ProductId);
        var states =
            from product in products
            let taken = sold[product.Id].Sum(order => order.Editions.Count)
            let noted = product.Sales.Sum(sale => sale.Editions)
            let status = taken >= product.Editions ? ProductStatus.Sold : ProductStatus.Available
            where taken != noted || product.Status != status
            select $"product {product.Id} is {product.Status} with {noted} sold, and its orders say {status} with {taken}";
        return states.Concat(await CopyCheck.ProductsAsync(market, products, ct));
    }

    // Each version of an order is noted once in the conversation of its two sides.
    private async Task<IEnumerable<string>> ChatsAsync(List<Order> orders, CancellationToken ct)
    {
        var expected = orders.SelectMany(order => Enumerable.Range(1, (int)order.Version).Select(version => $"{order.Id}:{version}")).ToHashSet();
        if (expected.Count == 0)
        {
            return [];
        }

        var chats = await market.Store["chat"].GetCollection<Conversation>("chats").Find(Builders<Conversation>.Filter.AnyIn(chat => chat.Participants, _artists))
            .Project(chat => chat.Id).ToListAsync(ct);
        var notes = await market.Store["chat"].GetCollection<Message>("messages")
            .Find(message => chats.Contains(message.ChatId) && message.Type == MessageTypes.System)
            .Project(message => message.ClientMessageId!).ToListAsync(ct);
        return expected.Except(notes).Select(note => $"the chat lacks the note of order {note}")
            .Concat(notes.Except(expected).Select(note => $"the chat has a note of order {note}, which there is not"))
            .Concat(notes.GroupBy(note => note).Where(note => note.Count() > 1).Select(note => $"the chat notes order {note.Key} {note.Count()} times"));
    }
}
