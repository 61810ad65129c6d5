using System.Diagnostics;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Orders;
using Visuels.Products.Artworks;
using Visuels.Reliability.Rig;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Reliability.Experiments;

/// <summary>E1: many want the same works, and every artist accepts all who ask at once, while more ask and others take back.</summary>
internal sealed class SaleRush : Experiment
{
    private const int Clients = 60;
    private const int AskersPerWork = 20;

    /// <summary>So many of a work's askers come only while the others are being accepted.</summary>
    private const int Late = 2;

    public override string Name => "E1";

    public override string What => "2,000 buyers for 100 works, 200 for 10 works of 5 editions; all accepted at once";

    public override async Task<IReadOnlyList<Row>> RunAsync(Trial trial, CancellationToken ct)
    {
        // The small one first: it finds the processes cold.
        var editions = await Rush.PrepareAsync(trial, trial.Scaled(10, least: 2), editions: 5, takeBack: 3, ct);
        var singles = await Rush.PrepareAsync(trial, trial.Scaled(100), editions: 1, takeBack: 0, ct);
        return [.. await editions.RunAsync(ct), .. await singles.RunAsync(ct)];
    }

    /// <param name="trial">The trial.</param>
    /// <param name="works">What is wanted.</param>
    /// <param name="buyers">Who wants it; <see cref="AskersPerWork"/> in a row want the same.</param>
    /// <param name="takeBack">So many of a work's askers cancel while they are being accepted.</param>
    private sealed class Rush(Trial trial, IReadOnlyList<Work> works, IReadOnlyList<Person> buyers, int takeBack)
    {
        private readonly Marketplace _market = trial.Market;
        private readonly Audit _audit = new(trial.Market, works.Select(work => work.Artist));
        private readonly Tally _asked = new();
        private readonly Tally _accepted = new();
        private readonly Tally _takenBack = new();
        private readonly Stopwatch _sinceSale = new();

        /// <summary>A tenth of it runs beside other tests, where time says nothing.</summary>
        private readonly TimeSpan _soldWithin = trial.Scale < 1 ? trial.Patience : TimeSpan.FromSeconds(10);

        public static async Task<Rush> PrepareAsync(Trial trial, int count, int editions, int takeBack, CancellationToken ct)
        {
            var artists = await trial.Market.People.AddAsync(count, Roles.Artist, ct);
            var works = await trial.Market.Works.AddAsync(count, artists, editions, ct);
            return new Rush(trial, works, await trial.Market.People.AddAsync(count * AskersPerWork, Roles.User, ct), takeBack);
        }

        public async Task<IReadOnlyList<Row>> RunAsync(CancellationToken ct)
        {
            var wishes = buyers.Select((buyer, number) => (Buyer: buyer, Work: works[number / AskersPerWork], IsLate: number % AskersPerWork < Late)).ToList();
            var orders = new ObjectId[wishes.Count];
            var asking = await Load.RunAsync(
                Enumerable.Range(0, wishes.Count).Where(number => !wishes[number].IsLate), Clients, number => AskAsync(number, wishes[number].Buyer, wishes[number].Work), ct);

            // Artists answer what they have got mails about.
            var told = await _audit.SettleAsync(trial.Patience, ct);

            // All of a work's at once, in any order, and several works at a time.
            List<Func<Task>> moves = [];
            foreach (var ofWork in Enumerable.Range(0, wishes.Count).Chunk(AskersPerWork))
            {
                trial.Random.Shuffle(ofWork);
                var cancelled = ofWork.Where(number => !wishes[number].IsLate).Take(takeBack).ToHashSet();
                moves.AddRange(ofWork.SelectMany(number => Moves(number, cancelled.Contains(number))));
            }

            var accepting = await Load.RunAsync(moves, Clients, move => move(), ct);
            var sold = await SoldAsync(ct);
            var findings = await _audit.SettleAsync(trial.Patience, ct);
            return Rows(await CountAsync(ct), sold, findings, $"asking {asking.TotalSeconds:F1} s + {told.Took.TotalSeconds:F1} s, accepting {accepting.TotalSeconds:F1} s + {findings.Took.TotalSeconds:F1} s");

            async Task AskAsync(int number, Person buyer, Work work)
            {
                var answer = await _market.Shop.OrderAsync(buyer, work, ct);
                _asked.Add(answer);
                if (answer.IsSuccess)
                {
                    orders[number] = answer.OrderIds[0];
                    _audit.Acknowledge(answer.OrderIds);
                }
            }

            IEnumerable<Func<Task>> Moves(int number, bool isTakenBack)
            {
                var (buyer, work, isLate) = wishes[number];
                if (isLate)
                {
                    yield return () => AskAsync(number, buyer, work);
                    yield break;
                }

                yield return async () =>
                {
                    var answer = await _market.Shop.MoveAsync(work.Artist, orders[number], "ACCEPTED", ct);
                    _accepted.Add(answer);
                    if (answer.IsSuccess)
                    {
                        lock (_sinceSale)
                        {
                            _sinceSale.Restart();
                        }
                    }
                };
                if (isTakenBack)
                {
                    yield return async () => _takenBack.Add(await _market.Shop.CancelAsync(buyer, orders[number], ct));
                }
            }
        }

        /// <summary>How many products are shown as sold, and how long after the last acceptance.</summary>
        private async Task<(long Count, TimeSpan After)> SoldAsync(CancellationToken ct)
        {
            var ids = works.Select(work => work.Id).ToList();
            var products = _market.Store["product"].GetCollection<Product>(Product.Collection);
            while (true)
            {
                var count = await products.CountDocumentsAsync(product => ids.Contains(product.Id) && product.Status == ProductStatus.Sold, cancellationToken: ct);
                if (count == works.Count || _sinceSale.Elapsed > _soldWithin)
                {
                    return (count, _sinceSale.Elapsed);
                }

                await Task.Delay(50, ct);
            }
        }

        private async Task<Dictionary<OrderStatus, int>> CountAsync(CancellationToken ct)
        {
            var artists = works.Select(work => work.Artist.Id).ToList();
            var statuses = await _market.Store["order"].GetCollection<Order>(OrderStore.Collection)
                .Find(order => artists.Contains(order.Item.ArtistId)).Project(order => order.Status).ToListAsync(ct);
            return statuses.CountBy(status => status).ToDictionary();
        }

        private List<Row> Rows(Dictionary<OrderStatus, int> counts, (long Count, TimeSpan After) sold, Findings findings, string told)
        {
            var editions = works[0].Editions;
            var of = $"{works.Count} works of {editions}: ";
            var accepted = counts.GetValueOrDefault(OrderStatus.ACCEPTED);
            var cancelled = _takenBack.Count(answer => answer.IsSuccess);
            var refused = _asked.Count(answer => answer.Code == "product_sold");
            var rejected = counts.GetValueOrDefault(OrderStatus.REJECTED);
            var others = buyers.Count - (works.Count * editions) - cancelled;
            var failed = new[] { _asked, _accepted, _takenBack }.Sum(tally => tally.Count(answer => answer.Status is null or >= System.Net.HttpStatusCode.InternalServerError));
            return
            [
                new($"{of}ACCEPTED, as answered", $"{accepted}, {_accepted.Count(a => a.IsSuccess)}", $"{works.Count * editions}, {works.Count * editions}",
                    accepted == works.Count * editions && _accepted.Count(a => a.IsSuccess) == accepted),
                new($"{of}REJECTED, or 409 at once", $"{rejected} + {refused}", $"{others} in all", rejected + refused == others),
                new($"{of}taken back, as answered", $"{counts.GetValueOrDefault(OrderStatus.CANCELLED)}, {cancelled}", "the same", counts.GetValueOrDefault(OrderStatus.CANCELLED) == cancelled),
                new($"{of}5xx, or no answer", $"{failed}", "0", failed == 0),
                new($"{of}products SOLD", $"{sold.Count} after {sold.After.TotalSeconds:F1} s", $"{works.Count} within {_soldWithin.TotalSeconds} s", sold.Count == works.Count && sold.After <= _soldWithin),
                new($"{of}what follows from every order", findings.Text, "0 problems", findings.AreNone),
                new($"{of}time", told, "told only", true),
            ];
        }
    }
}
