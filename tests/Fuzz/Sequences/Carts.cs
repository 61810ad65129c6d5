using System.Text.Json.Nodes;
using Visuels.Fuzz.Rig;

namespace Visuels.Fuzz.Sequences;

/// <summary>A line of a cart as it ought to be.</summary>
internal sealed record Line(Artwork Work, int Quantity, string? Requirement);

/// <summary>Carts, and how they and single artworks become orders.</summary>
internal sealed class Carts(Cast cast, Orders orders)
{
    private const string Root = "/api/v1/order";

    private readonly List<Line>[] _carts = [[], []];
    private readonly Dictionary<(int Buyer, string Key), (string Body, int Status, string Orders)> _keys = [];

    public async Task<bool> DoAsync(Step step)
    {
        var buyer = Cast.Buyer(step.A);
        var key = step.C % 3 == 0 ? $"key-{step.C % 4}" : null;
        switch (step.Deed)
        {
            case Deed.PutInCart when cast.Choose(step.B) is { } work:
                await PutAsync(buyer, new Line(work, 1 + (step.C % 3), Words(step.C)));
                return true;
            case Deed.TakeFromCart when cast.Choose(step.B) is { } work:
                _carts[buyer].RemoveAll(line => line.Work == work);
                Compare(buyer, await cast.ExpectAsync(buyer, "order", HttpMethod.Delete, $"{Root}/cart/items/{work.Id}", 200));
                return true;
            case Deed.ClearCart:
                _carts[buyer].Clear();
                Compare(buyer, await cast.ExpectAsync(buyer, "order", HttpMethod.Delete, $"{Root}/cart", 200));
                return true;
            case Deed.OrderCart:
                await PlaceAsync(buyer, key, new { }, () => OrderCart(buyer));
                return true;
            case Deed.BuyNow when cast.Choose(step.B) is { } work:
                var line = new Line(work, 1 + (step.C % 2), Words(step.C));
                await PlaceAsync(buyer, key, new { productId = work.Id, quantity = line.Quantity, requirement = line.Requirement }, () => BuyNow(buyer, line));
                return true;
            default:
                return false;
        }
    }

    public async Task CompareAsync()
    {
        for (var buyer = 0; buyer < Cast.Buyers; buyer++)
        {
            Compare(buyer, await cast.ExpectAsync(buyer, "order", HttpMethod.Get, $"{Root}/cart", 200));
        }
    }

    private async Task PutAsync(int buyer, Line line)
    {
        var obstacle = line.Work.ObstacleTo(line.Quantity);
        var reply = await cast.ExpectAsync(
            buyer, "order", HttpMethod.Put, $"{Root}/cart/items/{line.Work.Id}", obstacle is null ? 200 : 409, obstacle,
            new { quantity = line.Quantity, requirement = line.Requirement });
        if (obstacle is null)
        {
            var at = _carts[buyer].FindIndex(known => known.Work == line.Work);
            if (at < 0)
            {
                _carts[buyer].Add(line);
            }
            else
            {
                _carts[buyer][at] = line;
            }

            Compare(buyer, reply);
        }
    }

    /// <summary>Sends an order, or the same again: a key that is known gets what it got before.</summary>
    private async Task PlaceAsync(int buyer, string? key, object body, Func<Expected> model)
    {
        var text = System.Text.Json.JsonSerializer.Serialize(body);
        if (key is not null && _keys.TryGetValue((buyer, key), out var known))
        {
            var (status, code) = known.Body == text ? (known.Status, (string?)null) : (422, "idempotency_key_reused");
            var again = await cast.ExpectAsync(buyer, "order", HttpMethod.Post, $"{Root}/create", status, code, body, key);
            Cast.Agree("orders of a repeated request", known.Body == text ? known.Orders : "", Ids(again));
            return;
        }

        var expected = model();
        var reply = await cast.ExpectAsync(buyer, "order", HttpMethod.Post, $"{Root}/create", expected.Status, expected.Code, body, key);
        expected.Then(reply);
        if (key is not null)
        {
            _keys[(buyer, key)] = (text, reply.Status, Ids(reply));
        }

        await cast.SettleAsync();
    }

    private Expected BuyNow(int buyer, Line line)
    {
        if (orders.OpenFor(buyer, line.Work) is { } open)
        {
            return new Expected(200, null, reply => Cast.Agree("the open order", open.Id, Ids(reply)));
        }

        return line.Work.ObstacleTo(line.Quantity) is { } obstacle
            ? new Expected(409, obstacle, _ => { })
            : new Expected(201, null, reply => Add(buyer, [line], reply));
    }

    private Expected OrderCart(int buyer)
    {
        var lines = _carts[buyer];
        var present = lines.Select(line => (Line: line, Order: orders.OpenFor(buyer, line.Work))).Where(one => one.Order is not null).ToList();
        var done = present.Where(one => (one.Order!.Quantity, one.Order.Requirement) == (one.Line.Quantity, one.Line.Requirement)).ToList();
        var others = lines.Except(present.Select(one => one.Line)).ToList();
        var placed = others.Where(line => line.Work.ObstacleTo(line.Quantity) is null).ToList();
        var rejected = others.Select(line => line.Work.ObstacleTo(line.Quantity)).OfType<string>()
            .Concat(present.Except(done).Select(_ => "already_ordered")).Distinct().ToList();
        if (lines.Count == 0 || placed.Count + done.Count == 0)
        {
            return new Expected(409, lines.Count == 0 ? "cart_empty" : rejected is [var only] ? only : "nothing_to_order", _ => { });
        }

        return new Expected(placed.Count > 0 ? 201 : 200, null, reply =>
        {
            Add(buyer, placed, reply);
            Cast.Agree("orders of the cart", placed.Count + done.Count, reply.Body!["orders"]!.AsArray().Count);
            _carts[buyer].RemoveAll(line => placed.Contains(line) || done.Exists(one => one.Line == line));
        });
    }

    private void Add(int buyer, List<Line> lines, Reply reply)
    {
        var answered = reply.Body!["orders"]!.AsArray().ToDictionary(order => order!["item"]!["productId"]!.GetValue<string>(), order => order!["_id"]!.GetValue<string>());
        foreach (var line in lines)
        {
            orders.Add(new PlacedOrder(answered[line.Work.Id], buyer, line.Work, line.Quantity, line.Requirement, line.Work.PriceMinor));
        }
    }

    private void Compare(int buyer, Reply reply)
    {
        var cart = reply.Body!["cart"]!;
        Cast.Agree(
            $"cart of {buyer}",
            string.Join("; ", _carts[buyer].Select(line => $"{line.Work.Id} {line.Quantity} x {line.Work.PriceMinor} {line.Work.ObstacleTo(line.Quantity)} {line.Requirement}")),
            string.Join("; ", cart["items"]!.AsArray().Select(item => $"{item!["productId"]} {item["quantity"]} x {item["priceMinor"]} {item["code"]} {item["requirement"]}")));
        Cast.Agree(
            $"total of {buyer}",
            _carts[buyer].Where(line => line.Work.ObstacleTo(line.Quantity) is null).Sum(line => line.Work.PriceMinor * line.Quantity),
            cart["totalMinor"]!.GetValue<long>());
    }

    private static string Ids(Reply reply) =>
        string.Join(' ', (reply.Body?["orders"] as JsonArray ?? []).Select(order => order!["_id"]!.GetValue<string>()).Order());

    private static string? Words(int number) => number % 4 == 0 ? "With a frame" : null;

    private sealed record Expected(int Status, string? Code, Action<Reply> Then);
}
