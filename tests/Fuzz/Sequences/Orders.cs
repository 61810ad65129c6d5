namespace Visuels.Fuzz.Sequences;

/// <summary>An order as it ought to be.</summary>
internal sealed record PlacedOrder(string Id, int Buyer, Artwork Work, int Quantity, string? Requirement, long PriceMinor)
{
    public string Status { get; set; } = "REQUESTED";

    public long Version { get; set; } = 1;

    /// <summary>Whether it was turned down because others took the last edition.</summary>
    public bool WasSoldToAnother { get; set; }

    public bool IsOpen => Status is "REQUESTED" or "VIEWED";

    public override string ToString() => $"{Id} {Status} v{Version} {Quantity} x {PriceMinor}";
}

/// <summary>What the model may be told wrong, for tests of this program.</summary>
internal sealed record Lies(bool BuyersMayCancelWhatIsAccepted = false, bool OwnMessagesAreUnread = false);

/// <summary>Orders after they were placed: their moves, and the other open orders once an artwork is sold.</summary>
internal sealed class Orders(Cast cast, Notes notes, Lies lies)
{
    private const string Root = "/api/v1/order";

    public List<PlacedOrder> All { get; } = [];

    public PlacedOrder? OpenFor(int buyer, Artwork work) => All.Find(order => order.Buyer == buyer && order.Work == work && order.IsOpen);

    public void Add(PlacedOrder order)
    {
        All.Add(order);
        notes.Add(order.Buyer, order.Work.Artist);
    }

    public async Task<bool> DoAsync(Step step)
    {
        if (All.Count == 0)
        {
            return false;
        }

        var order = All[step.A % All.Count];
        switch (step.Deed)
        {
            case Deed.View or Deed.Accept or Deed.Reject:
                await AnswerAsync(order, step.C % 5 == 0 ? Cast.Artist(step.B) : order.Work.Artist, step.Deed);
                return true;
            case Deed.Cancel:
                await CancelAsync(order, step.C % 5 == 0 ? Cast.Anybody(step.B) : step.B % 2 == 0 ? order.Buyer : order.Work.Artist);
                return true;
            case Deed.LookAtOrder:
                var person = Cast.Anybody(step.B);
                await cast.ExpectAsync(person, "order", HttpMethod.Get, $"{Root}/{order.Id}", IsOf(order, person) ? 200 : 404);
                return true;
            default:
                return false;
        }
    }

    public async Task CompareAsync()
    {
        for (var person = 0; person < Cast.All; person++)
        {
            var list = await cast.ExpectAsync(person, "order", HttpMethod.Get, $"{Root}/{(Cast.IsArtist(person) ? "artist" : "user")}?limit=50", 200);
            var own = All.Where(order => IsOf(order, person)).ToList();
            Cast.Agree($"number of orders of {person}", own.Count, list.Body!["totalOrder"]!.GetValue<int>());
            Cast.Agree(
                $"orders of {person}",
                string.Join("; ", own.Select(order => order.ToString()).Order()),
                string.Join("; ", list.Body["order"]!.AsArray().Select(order =>
                    $"{order!["_id"]} {order["status"]} v{order["version"]} {order["item"]!["quantity"]} x {order["item"]!["priceMinor"]}").Order()));
        }
    }

    private static bool IsOf(PlacedOrder order, int person) => order.Buyer == person || order.Work.Artist == person;

    private async Task AnswerAsync(PlacedOrder order, int artist, Deed deed)
    {
        var to = deed switch { Deed.View => "VIEWED", Deed.Accept => "ACCEPTED", _ => "REJECTED" };
        var (status, code) = (order, to) switch
        {
            _ when order.Work.Artist != artist => (404, "not_found"),
            ({ Status: "VIEWED" }, "VIEWED") => (200, null),
            ({ WasSoldToAnother: true }, "ACCEPTED") => (409, "product_sold"),
            ({ IsOpen: false }, _) => (409, "illegal_transition"),
            (_, "ACCEPTED") when order.Work.Sold >= order.Work.Editions => (409, "product_sold"),
            (_, "ACCEPTED") when order.Work.Editions - order.Work.Sold < order.Quantity => (409, "not_enough_editions"),
            _ => (200, (string?)null),
        };
        await cast.ExpectAsync(artist, "order", HttpMethod.Patch, $"{Root}/{order.Id}", status, code, new { status = to });
        if (status == 200 && order.Status != to)
        {
            Move(order, to);
            if (to == "ACCEPTED")
            {
                order.Work.Sold += order.Quantity;
                RejectTheRest(order.Work);
            }

            await cast.SettleAsync();
        }
    }

    private void RejectTheRest(Artwork work)
    {
        foreach (var other in All.Where(other => other.Work == work && other.IsOpen && work.Sold >= work.Editions))
        {
            Move(other, "REJECTED");
            other.WasSoldToAnother = true;
        }
    }

    private async Task CancelAsync(PlacedOrder order, int person)
    {
        var may = person == order.Buyer ? order.IsOpen || (lies.BuyersMayCancelWhatIsAccepted && order.Status == "ACCEPTED") : order.Status == "ACCEPTED";
        var (status, code) = !IsOf(order, person) ? (404, "not_found") : may ? (200, (string?)null) : (409, "illegal_transition");
        await cast.ExpectAsync(person, "order", HttpMethod.Delete, $"{Root}/{order.Id}/cancel", status, code);
        if (status == 200)
        {
            order.Work.Sold -= order.Status == "ACCEPTED" ? order.Quantity : 0;
            Move(order, "CANCELLED");
            await cast.SettleAsync();
        }
    }

    private void Move(PlacedOrder order, string to)
    {
        (order.Status, order.Version) = (to, order.Version + 1);
        notes.Add(order.Buyer, order.Work.Artist);
    }
}
