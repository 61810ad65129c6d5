using MongoDB.Bson.Serialization.Attributes;
using MongoDB.Driver;
using MongoDB.Driver.Linq;
using static Visuels.EmbeddedMongo.Tests.Server.Find;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>What the driver makes of LINQ is the aggregation that services really send.</summary>
public class LinqTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly DateTime Day = new(2024, 2, 29, 13, 45, 10, DateTimeKind.Utc);

    [Fact]
    public async Task Grouping_counts_sums_and_takes_firsts()
    {
        var (orders, _) = await ShopAsync();

        var groups = await orders.AsQueryable().GroupBy(o => o.Customer)
            .Select(g => new { g.Key, Count = g.Count(), Total = g.Sum(o => o.Amount), Mean = g.Average(o => o.Amount), Most = g.Max(o => o.Amount), First = g.First().Id })
            .OrderBy(g => g.Key).ToListAsync(Ct);

        Assert.Equal([(1, 2, 30m, 15m, 20m, 1), (2, 1, 5.5m, 5.5m, 5.5m, 3)], groups.Select(g => (g.Key, g.Count, g.Total, g.Mean, g.Most, g.First)));
    }

    [Fact]
    public async Task Joins_are_lookups()
    {
        var (orders, customers) = await ShopAsync();

        var joined = await orders.AsQueryable().Join(customers.AsQueryable(), o => o.Customer, c => c.Id, (o, c) => new { o.Id, c.Name }).OrderBy(j => j.Id).ToListAsync(Ct);
        var grouped = await customers.AsQueryable().GroupJoin(orders.AsQueryable(), c => c.Id, o => o.Customer, (c, all) => new { c.Name, Count = all.Count() }).ToListAsync(Ct);

        Assert.Equal([(1, "Ada"), (2, "Ada"), (3, "Bob")], joined.Select(j => (j.Id, j.Name)));
        Assert.Equal([("Ada", 2), ("Bob", 1), ("Cid", 0)], grouped.OrderBy(g => g.Name).Select(g => (g.Name, g.Count)));
    }

    [Fact]
    public async Task Dates_strings_and_arrays_are_calculated_there()
    {
        var (orders, _) = await ShopAsync();

        var found = await orders.AsQueryable().Where(o => o.Made.Year == 2024 && o.Tags.Any(t => t.StartsWith('n')))
            .Select(o => new
            {
                Next = o.Made.AddDays(1),
                Day = o.Made.Date,
                Tag = o.Tags[0].ToUpperInvariant().Substring(0, 2),
                Count = o.Tags.Count,
                Rounded = Math.Round(o.Amount / 3, 2),
                Long = o.Tags.Where(t => t.Length > 3).ToList(),
                Power = Math.Pow(o.Customer, 2),
            })
            .SingleAsync(Ct);

        Assert.Equal((Day.AddDays(1), Day.Date, "NE", 2, 3.33m, 4.0), (found.Next, found.Day, found.Tag, found.Count, found.Rounded, found.Power + 3));
        Assert.Equal(["north"], found.Long);
    }

    [Fact]
    public async Task Facets_pages_and_lookups_of_the_fluent_interface_work()
    {
        var (orders, customers) = await ShopAsync();
        var page = AggregateFacet.Create("page", PipelineDefinition<Order, Order>.Create(new[]
        {
            PipelineStageDefinitionBuilder.Sort(Builders<Order>.Sort.Descending(o => o.Amount)), PipelineStageDefinitionBuilder.Limit<Order>(2),
        }));
        var count = AggregateFacet.Create("count", PipelineDefinition<Order, AggregateCountResult>.Create(new[] { PipelineStageDefinitionBuilder.Count<Order>() }));

        var facets = (await orders.Aggregate().Match(o => o.Amount > 1).Facet(page, count).SingleAsync(Ct)).Facets;
        var looked = await orders.Aggregate().SortBy(o => o.Id).Lookup<Order, Customer, OrderWithCustomers>(customers, o => o.Customer, c => c.Id, o => o.Customers).ToListAsync(Ct);

        Assert.Equal([2, 1], facets[0].Output<Order>().Select(o => o.Id));
        Assert.Equal(3, facets[1].Output<AggregateCountResult>().Single().Count);
        Assert.Equal(["Ada", "Ada", "Bob"], looked.Select(o => o.Customers.Single().Name));
    }

    private async Task<(IMongoCollection<Order> Orders, IMongoCollection<Customer> Customers)> ShopAsync()
    {
        var orders = server.Database.GetCollection<Order>(server.NewCollection().CollectionNamespace.CollectionName);
        var customers = server.Database.GetCollection<Customer>(server.NewCollection().CollectionNamespace.CollectionName);
        await customers.InsertManyAsync([new(1, "Ada"), new(2, "Bob"), new(3, "Cid")], cancellationToken: Ct);
        await orders.InsertManyAsync(
            [new(1, 1, 10m, Day, ["new", "north"]), new(2, 1, 20m, Day.AddYears(-1), ["new"]), new(3, 2, 5.5m, Day, ["old"])], cancellationToken: Ct);
        return (orders, customers);
    }

    private sealed record Order(
        [property: BsonId] int Id, int Customer, [property: BsonRepresentation(MongoDB.Bson.BsonType.Decimal128)] decimal Amount, DateTime Made, List<string> Tags);

    private sealed record Customer([property: BsonId] int Id, string Name);

    [BsonIgnoreExtraElements]
    private sealed record OrderWithCustomers([property: BsonId] int Id, List<Customer> Customers);
}
