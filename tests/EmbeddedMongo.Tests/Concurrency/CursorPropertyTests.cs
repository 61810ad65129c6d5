using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Server;

namespace Visuels.EmbeddedMongo.Tests.Concurrency;

/// <summary>Finds of any shape, read batch by batch while others write, against lists in memory.</summary>
public sealed class CursorPropertyTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private const int Stable = 240;

    // Filters over what never changes, with their meaning; the fields of n are i, i % 5, and two array elements.
    private static readonly (string Filter, Func<int, bool> Matches)[] Filters =
    [
        ("{}", _ => true),
        ("{_id: {$gte: 50, $lt: 200}}", i => i is >= 50 and < 200),
        ("{five: {$in: [1, 3]}}", i => i % 5 is 1 or 3),
        ("{tags: {$in: ['t2', 't3', 's1']}}", i => i % 7 is 2 or 3 || i % 3 == 1),
        ("{$or: [{five: 0}, {five: 4}]}", i => i % 5 is 0 or 4),
        ("{five: 2, plain: {$gte: 100}}", i => i % 5 == 2 && i >= 100),
        ("{plain: {$mod: [2, 1]}}", i => i % 2 == 1),
        ("{down: {$lte: -30}}", i => i >= 30),
    ];

    private static readonly (string? Sort, Comparison<int> Order)[] Sorts =
    [
        (null, (a, b) => 0),
        ("{_id: 1}", (a, b) => a.CompareTo(b)),
        ("{_id: -1}", (a, b) => b.CompareTo(a)),
        ("{down: 1}", (a, b) => b.CompareTo(a)),
        ("{five: 1, plain: -1}", (a, b) => (a % 5, -a).CompareTo((b % 5, -b))),
        ("{plain: -1}", (a, b) => b.CompareTo(a)),
        ("{five: -1, _id: 1}", (a, b) => (-(a % 5), a).CompareTo((-(b % 5), b))),
    ];

    private readonly IMongoCollection<BsonDocument> _things = server.NewCollection();

    [Fact]
    public async Task Amid_writers_a_cursor_gives_no_document_twice_and_misses_none_that_nobody_touched()
    {
        await _things.IndexAsync("{down: 1}");
        await _things.IndexAsync("{five: 1, plain: -1}");
        await _things.IndexAsync("{tags: 1}");
        await _things.InsertManyAsync(Enumerable.Range(0, Stable).Select(i => Document(i, busy: false)), cancellationToken: Find.Ct);
        using var done = new CancellationTokenSource();
        var writers = Task.WhenAll(Enumerable.Range(0, 3).Select(writer => WriteAsync(writer, done.Token)));
        var random = new Random(20301);
        var shapes = Enumerable.Range(0, 100).Select(_ => Shape.Any(random)).ToList();

        await Parallel.ForEachAsync(shapes, new ParallelOptions { MaxDegreeOfParallelism = 6, CancellationToken = Find.Ct }, async (shape, _) => await CheckAsync(shape));

        await done.CancelAsync();
        await writers;
        await Durability.Validated.CheckAsync(server.Database, _things.CollectionNamespace.CollectionName);
    }

    private async Task CheckAsync(Shape shape)
    {
        var (filter, matches) = shape.Filter;
        var (sort, order) = shape.Sort;

        // With the writers' documents among the results, skip and limit would count those as well.
        var (skip, limit) = shape.Busy ? (0, 0) : (shape.Skip, shape.Limit);
        var query = shape.Busy ? BsonDocument.Parse(filter) : BsonDocument.Parse(filter).Merge(new BsonDocument("busy", false));
        var found = await _things.Find(query, new FindOptions { BatchSize = shape.Batch }).Sort(sort).Skip(skip).Limit(limit).ToListAsync(Find.Ct);

        var ids = found.ConvertAll(d => d["_id"]);
        Assert.Equal(ids.Count, ids.Distinct().Count());
        var expected = Enumerable.Range(0, Stable).Where(matches).ToList();
        var stable = found.Where(d => !d["busy"].AsBoolean).Select(d => d["_id"].AsInt32).ToList();
        if (sort is null)
        {
            // In no order, so a page is any part.
            Assert.Empty(stable.Except(expected));
            Assert.Equal(Page(expected, skip, limit).Count, stable.Count);
        }
        else
        {
            expected.Sort(order);
            Assert.Equal(Page(expected, skip, limit), stable);
        }
    }

    private static List<int> Page(List<int> all, int skip, int limit) => [.. all.Skip(skip).Take(limit == 0 ? int.MaxValue : limit)];

    // Never an id again, and never another key of the fields that are sorted by: what moves may be met twice, in MongoDB too.
    private async Task WriteAsync(int writer, CancellationToken done)
    {
        var random = new Random(writer);
        var mine = new List<int>();
        for (var next = (writer + 1) * 100_000; !done.IsCancellationRequested; next++)
        {
            await _things.InsertOneAsync(Document(next, busy: true), cancellationToken: Find.Ct);
            mine.Add(next);
            var one = mine[random.Next(mine.Count)];
            await _things.UpdateOneAsync($"{{_id: {one}}}", $"{{$set: {{tags: ['t{random.Next(9)}', 's{random.Next(4)}'], more: '{new string('x', random.Next(300))}'}}}}", cancellationToken: Find.Ct);
            if (mine.Count > 40)
            {
                var gone = random.Next(2) == 0 ? mine[^1] : one;
                mine.Remove(gone);
                await _things.DeleteOneAsync($"{{_id: {gone}}}", Find.Ct);
            }
        }
    }

    private static BsonDocument Document(int i, bool busy) => new()
    {
        { "_id", i }, { "busy", busy }, { "plain", i }, { "down", -i }, { "five", i % 5 }, { "tags", new BsonArray { $"t{i % 7}", $"s{i % 3}" } },
    };

    private sealed record Shape((string Text, Func<int, bool> Matches) Filter, (string? Text, Comparison<int> Order) Sort, int Skip, int Limit, int Batch, bool Busy)
    {
        public static Shape Any(Random random) => new(
            Filters[random.Next(Filters.Length)], Sorts[random.Next(Sorts.Length)], random.Next(2) * random.Next(260), random.Next(2) * random.Next(1, 260),
            random.Next(1, random.Next(2) == 0 ? 6 : 120), random.Next(2) == 0);
    }
}
