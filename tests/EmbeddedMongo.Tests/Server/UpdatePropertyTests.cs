using CsCheck;
using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.EmbeddedMongo.Tests.Language;
using static Visuels.EmbeddedMongo.Tests.Language.Generators;

namespace Visuels.EmbeddedMongo.Tests.Server;

/// <summary>Random updates of random documents over the socket, on a collection with indexes and on one without, against the oracle.</summary>
public sealed class UpdatePropertyTests(EmbeddedServer server) : IClassFixture<EmbeddedServer>
{
    private static readonly Gen<BsonValue> Counted = Scalars.Where(s => s.IsNumeric && s is not (BsonDecimal128 or BsonDouble { Value: double.NaN }));

    private static readonly Gen<BsonDocument> PushClauses = Gen.Select(Scalars.Array[0, 2], Gen.Int[-3, 3], Gen.Int[-2, 2], Gen.Int[0, 7]).Select((items, position, slice, which) =>
    {
        var clauses = new BsonDocument("$each", new BsonArray(items));
        _ = (which & 1) > 0 ? clauses.Add("$position", position) : clauses;
        _ = (which & 2) > 0 ? clauses.Add("$slice", slice) : clauses;
        return (which & 4) > 0 ? clauses.Add("$sort", position < 0 ? -1 : 1) : clauses;
    });

    private static readonly Gen<BsonDocument> Operators = Gen.OneOf(
        Operator("$set", Values),
        Operator("$unset", Gen.Const<BsonValue>(1)),
        Operator("$inc", Counted),
        Operator("$mul", Counted),
        Operator("$min", Scalars),
        Operator("$max", Scalars),
        Operator("$rename", Paths.Select(p => (BsonValue)p)),
        Operator("$push", Values),
        Operator("$push", PushClauses.Select(c => (BsonValue)c)),
        Operator("$addToSet", Scalars),
        Operator("$pull", Scalars),
        Operator("$pull", Scalars.Select(s => (BsonValue)new BsonDocument("$gte", s))),
        Operator("$pullAll", Scalars.Array[0, 3].Select(s => (BsonValue)new BsonArray(s))),
        Operator("$pop", Gen.OneOf<BsonValue>(1, -1)),
        Operator("$bit", Gen.Int[0, 7].Select(i => (BsonValue)new BsonDocument("xor", i))));

    private static readonly Gen<BsonDocument> Updates = Gen.Frequency(
        (2, Operators),
        (1, Gen.Select(Operators, Operators).Select((a, b) => a.GetElement(0).Name == b.GetElement(0).Name ? a : new BsonDocument(a.Concat(b)))));

    private static readonly Gen<BsonDocument> Conditions = Gen.Select(Paths, Gen.OneOf("$eq", "$ne", "$gt", "$lte", "$gte"), Scalars)
        .Select((path, name, value) => new BsonDocument(path, new BsonDocument(name, value)));

    [Fact]
    public async Task Random_updates_do_what_the_oracle_says_with_and_without_indexes()
    {
        var plain = server.NewCollection();
        var indexed = server.NewCollection();
        foreach (var key in (string[])["{a: 1}", "{b: -1}", "{'a.b': 1}", "{'b.a': 1, _id: 1}"])
        {
            await indexed.IndexAsync(key);
        }

        await Gen.Select(Docs.Array[1, 5], Gen.Select(Conditions, Updates, Gen.Int[0, 5]).Array[1, 6]).SampleAsync(async (documents, steps) =>
        {
            var expected = documents.Select((d, i) => new BsonDocument("_id", i).AddRange(d)).ToList();
            foreach (var collection in (IMongoCollection<BsonDocument>[])[plain, indexed])
            {
                await collection.DeleteManyAsync("{}", Find.Ct);
                await collection.InsertManyAsync(expected, cancellationToken: Find.Ct);
            }

            foreach (var (condition, update, kind) in steps)
            {
                await StepAsync([plain, indexed], expected, condition, update, upsert: kind == 0);
            }
        }, iter: 120, threads: 1);

        var validated = await server.RunAsync($"{{validate: '{indexed.CollectionNamespace.CollectionName}'}}");
        Assert.True(validated["valid"].AsBoolean);
    }

    private static Gen<BsonDocument> Operator(string name, Gen<BsonValue> argument) =>
        Gen.Select(Paths, argument).Select((path, value) => new BsonDocument(name, new BsonDocument(path, value)));

    private async Task StepAsync(IMongoCollection<BsonDocument>[] collections, List<BsonDocument> expected, BsonDocument condition, BsonDocument update, bool upsert)
    {
        var statements = UpdateOracle.ParseCode(update) is > 0 and var code ? [(condition, Multi: true, Reply: Refusal(code))]
            : upsert ? Upsert(expected, condition, update)
            : Change(expected, condition, update);
        foreach (var (query, multi, reply) in statements)
        {
            foreach (var collection in collections)
            {
                var actual = await RunAsync(collection, query, update, multi, upsert);
                Assert.True(reply == actual, $"{update} where {query}: expected {reply}, got {actual}");
            }
        }

        foreach (var collection in collections)
        {
            var found = await collection.Find("{}").Sort("{_id: 1}").ToListAsync(Find.Ct);
            var difference = expected.Zip(found).FirstOrDefault(p => !p.First.ToBson().AsSpan().SequenceEqual(p.Second.ToBson()));
            Assert.True(expected.Count == found.Count && difference.First is null, $"{update} where {condition}: expected {difference.First}, got {difference.Second}");
            Assert.Equal(expected.Where(d => FilterOracle.Matches(condition, d)).Select(d => d["_id"]),
                (await collection.Find(condition).Sort("{_id: 1}").ToListAsync(Find.Ct)).Select(d => d["_id"]));
        }
    }

    // All at once where no document is in the way; else one by one, since it is open in which order they would be met.
    private static List<(BsonDocument Query, bool Multi, string Reply)> Change(List<BsonDocument> expected, BsonDocument condition, BsonDocument update)
    {
        var matched = Enumerable.Range(0, expected.Count).Where(i => FilterOracle.Matches(condition, expected[i])).ToList();
        var results = matched.ConvertAll(i => Attempt(() => UpdateOracle.Apply(expected[i], update)));
        if (results.Exists(r => r.Code == OracleRefusal.Unsure))
        {
            return [];
        }

        var statements = results.TrueForAll(r => r.Code == 0)
            ? [(condition, true, Reply(matched.Count, results.Count(r => r.Result.Counts)))]
            : matched.Zip(results, (i, r) => (new BsonDocument("_id", expected[i]["_id"]), false, r.Code == 0 ? Reply(1, r.Result.Counts ? 1 : 0) : Refusal(r.Code))).ToList();
        foreach (var (i, result) in matched.Zip(results).Where(r => r.Second.Code == 0))
        {
            expected[i] = result.Result.After;
        }

        return statements;
    }

    private static List<(BsonDocument Query, bool Multi, string Reply)> Upsert(List<BsonDocument> expected, BsonDocument condition, BsonDocument update)
    {
        var query = new BsonDocument { { condition.GetElement(0).Name, condition[0][0] }, { "_id", 100 + expected.Count } };
        var (result, code) = Attempt(() => UpdateOracle.Insert(query, update));
        if (code == OracleRefusal.Unsure)
        {
            return [];
        }

        if (code == 0)
        {
            expected.Add(result!);
        }

        return [(query, false, code == 0 ? Reply(1, 0) : Refusal(code))];
    }

    private static (T? Result, int Code) Attempt<T>(Func<T> work)
    {
        try
        {
            return (work(), 0);
        }
        catch (OracleRefusal refusal)
        {
            return (default, refusal.Code);
        }
    }

    private async Task<string> RunAsync(IMongoCollection<BsonDocument> collection, BsonDocument query, BsonDocument update, bool multi, bool upsert)
    {
        var statement = new BsonDocument { { "q", query }, { "u", update }, { "multi", multi }, { "upsert", upsert } };
        var reply = await server.Database.RunCommandAsync<BsonDocument>(
            new BsonDocument { { "update", collection.CollectionNamespace.CollectionName }, { "updates", new BsonArray { statement } } }, cancellationToken: Find.Ct);
        return reply.TryGetValue("writeErrors", out var errors) ? Refusal(errors[0]["code"].AsInt32) : Reply(reply["n"].AsInt32, reply["nModified"].AsInt32);
    }

    private static string Reply(int matched, int modified) => $"{matched} matched, {modified} modified";

    private static string Refusal(int code) => $"code {code}";
}
