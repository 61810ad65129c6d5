namespace Visuels.Benchmarks.EmbeddedMongo;

internal static class EmbeddedMongoBenchmarks
{
    public static IReadOnlyList<Comparison> Comparisons { get; } =
    [
        new(FindById.Title, Ping.Title),
        new(Page.Title(1_000_000), Page.Title(10_000), Limit: 1.2),
        new(Page.Title(100_000), Page.Title(10_000), Limit: 1.2),
        new(Insert.Title(durable: true, 1), Insert.Title(durable: true, 16)),
        new(Insert.Title(durable: true, 16), Insert.Title(durable: false, 16)),
    ];

    public static IReadOnlyList<Benchmark> All(Stores stores, Settings settings) =>
    [
        new Ping(stores),
        new FindById(stores),
        new Page(stores, 10_000),
        new Page(stores, settings.Quick ? 100_000 : 1_000_000),
        new ProjectedPage(stores),
        new CountByIndex(stores),
        new MatchAndGroup(stores),
        new TextSearch(stores),
        new UnindexedFind(stores),
        new Insert(stores, durable: false, callers: 16),
        new Insert(stores, durable: true, callers: 16),
        new Insert(stores, durable: true, callers: 1),
        new InsertMany(stores),
        new FindAndModify(stores),
        new StartAndStop(),
        new NewCollection(stores),
    ];
}
