using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

/// <summary>What update operators mean, one after the other, as the documentation puts it and without regard to cost.</summary>
internal static class UpdateOracle
{
    private static readonly BsonValue Gone = BsonUndefined.Value;

    /// <summary>The code of an update that no document can have; 0 if there is none.</summary>
    public static int ParseCode(BsonDocument update)
    {
        var taken = new List<string>();
        foreach (var (path, argument, name) in Changes(update))
        {
            if (!Claim(path))
            {
                return 40;
            }

            if (name == "$rename")
            {
                if (Overlap(path, argument.AsString))
                {
                    return 2;
                }

                if (!Claim(argument.AsString))
                {
                    return 40;
                }
            }
        }

        return 0;

        bool Claim(string path)
        {
            var free = !taken.Exists(t => Overlap(t, path));
            taken.Add(path);
            return free;
        }
    }

    /// <summary>The document after an update without such an error, and whether it counts as modified.</summary>
    public static (BsonDocument After, bool Counts) Apply(BsonDocument document, BsonDocument update)
    {
        var after = document;
        var counts = false;
        foreach (var (path, argument, name) in Changes(update).OrderBy(c => c.Name == "$rename" ? c.Argument.AsString : c.Path, StringComparer.Ordinal))
        {
            if (name == "$rename")
            {
                after = Rename(after, path.Split('.'), argument.AsString.Split('.'));
                continue;
            }

            after = (BsonDocument)Write(after, path.Split('.'), old => Change(name, old, argument), Creates(name), name == "$unset", ref counts)!;
            counts |= name == "$push" && Reaches(document, path, Creates(name)) && (argument is not BsonDocument clauses || !clauses.Contains("$each")
                || clauses["$each"].AsBsonArray.Count > 0 || clauses.Contains("$sort"));
        }

        return (after, counts || !after.ToBson().AsSpan().SequenceEqual(document.ToBson()));
    }

    /// <summary>What an upsert inserts whose query names these values.</summary>
    public static BsonDocument Insert(BsonDocument equalities, BsonDocument update)
    {
        var seed = new BsonDocument();
        var counts = false;
        foreach (var (path, value) in equalities.Select(e => (e.Name, e.Value)).OrderBy(e => e.Name, StringComparer.Ordinal))
        {
            seed = (BsonDocument)Write(seed, path.Split('.'), _ => value, creates: true, lenient: false, ref counts)!;
        }

        var made = Apply(seed, update).After;
        return new BsonDocument(made.Where(e => e.Name == "_id").Concat(made.Where(e => e.Name != "_id")));
    }

    private static IEnumerable<(string Path, BsonValue Argument, string Name)> Changes(BsonDocument update) =>
        update.SelectMany(o => o.Value.AsBsonDocument.Select(f => (f.Name, f.Value, o.Name)));

    private static bool Overlap(string a, string b) => $"{a}.".StartsWith($"{b}.", StringComparison.Ordinal) || $"{b}.".StartsWith($"{a}.", StringComparison.Ordinal);

    private static bool Creates(string name) => name is not ("$unset" or "$pull" or "$pullAll" or "$pop");

    private static bool Reaches(BsonDocument document, string path, bool creates) => creates || document.Contains(path);

    // Null leaves things as they are.
    private static BsonValue? Write(BsonValue? node, string[] path, Func<BsonValue?, BsonValue?> change, bool creates, bool lenient, ref bool counts)
    {
        if (path.Length == 0)
        {
            return change(node);
        }

        switch (node)
        {
            case null:
                return creates ? Write(new BsonDocument(), path, change, creates, lenient, ref counts) : null;
            case BsonDocument document:
                var old = document.GetValue(path[0], null);
                var now = old is null && !creates ? null : Write(old, path[1..], change, creates, lenient, ref counts);
                return now is null ? document
                    : old is null ? new BsonDocument(document.Append(new(path[0], now)))
                    : new BsonDocument(document.Where(e => e.Name != path[0] || now != Gone).Select(e => e.Name == path[0] ? new(e.Name, now) : e));
            case BsonArray array when char.IsAsciiDigit(path[0][0]):
                var (items, index) = (array.ToList(), int.Parse(path[0], System.Globalization.CultureInfo.InvariantCulture));
                if (index >= items.Count && !creates)
                {
                    return array;
                }

                while (items.Count < index)
                {
                    items.Add(BsonNull.Value);
                }

                var item = Write(index < items.Count ? items[index] : null, path[1..], change, creates, lenient, ref counts);
                counts |= item == Gone;
                if (item is not null)
                {
                    items = [.. items.Take(index), item == Gone ? BsonNull.Value : item, .. items.Skip(index + 1)];
                }

                return new BsonArray(items);
            default:
                return lenient ? node : throw new OracleRefusal(28);
        }
    }

    private static BsonValue? Change(string name, BsonValue? old, BsonValue argument) => name switch
    {
        "$set" => argument,
        "$unset" => old is null ? null : Gone,
        "$inc" => old is null ? argument : Number(old, argument, (a, b) => a + b, (a, b) => a + b),
        "$mul" => Number(old ?? 0, argument, (a, b) => a * b, (a, b) => a * b),
        "$min" => old is null || FilterOracle.Order(argument, old) < 0 ? argument : null,
        "$max" => old is null || FilterOracle.Order(argument, old) > 0 ? argument : null,
        "$push" => Push(Items(old, 2), argument),
        "$addToSet" => new BsonArray(Items(old, 2).Concat(Items(old, 2).Any(i => FilterOracle.Order(i, argument) == 0) ? [] : new[] { argument })),
        "$pull" => old is null ? null : new BsonArray(Items(old, 2).Where(i => argument is BsonDocument
            ? !FilterOracle.Matches(new("v", argument), new("v", i)) : FilterOracle.Order(i, argument) != 0)),
        "$pullAll" => old is null ? null : new BsonArray(Items(old, 2).Where(i => argument.AsBsonArray.All(a => FilterOracle.Order(i, a) != 0))),
        "$pop" => old is null ? null : new BsonArray(argument == 1 ? Items(old, 14).SkipLast(1) : Items(old, 14).Skip(1)),
        "$bit" => old is null or BsonInt32 or BsonInt64 ? Bits(old ?? 0, argument["xor"]) : throw new OracleRefusal(2),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static List<BsonValue> Items(BsonValue? old, int code) => old is null ? [] : old is BsonArray array ? [.. array] : throw new OracleRefusal(code);

    private static BsonArray Push(List<BsonValue> items, BsonValue argument)
    {
        if (argument is not BsonDocument clauses || !clauses.Contains("$each"))
        {
            return new BsonArray(items.Append(argument));
        }

        var position = clauses.GetValue("$position", items.Count).AsInt32;
        var at = position >= 0 ? Math.Min(position, items.Count) : Math.Max(0, items.Count + position);
        items.InsertRange(at, clauses["$each"].AsBsonArray);
        if (clauses.TryGetValue("$sort", out var sort))
        {
            items = [.. items.OrderBy(i => i, Comparer<BsonValue>.Create((a, b) => sort.AsInt32 * FilterOracle.Order(a, b)))];
        }

        var slice = clauses.GetValue("$slice", int.MaxValue).AsInt32;
        return new BsonArray(slice >= 0 ? items.Take(slice) : items.TakeLast(-slice));
    }

    // Decimals are another test's matter.
    private static BsonValue Number(BsonValue old, BsonValue argument, Func<long, long, long> whole, Func<double, double, double> real) =>
        !old.IsNumeric ? throw new OracleRefusal(14)
        : old is BsonDecimal128 || argument is BsonDecimal128 ? throw new OracleRefusal(OracleRefusal.Unsure)
        : old is BsonDouble || argument is BsonDouble ? (BsonValue)real(old.ToDouble(), argument.ToDouble())
        : old is BsonInt64 || argument is BsonInt64 ? (BsonValue)whole(old.ToInt64(), argument.ToInt64())
        : (BsonValue)(int)whole(old.ToInt64(), argument.ToInt64());

    private static BsonValue Bits(BsonValue old, BsonValue argument) =>
        old is BsonInt64 || argument is BsonInt64 ? (BsonValue)(old.ToInt64() ^ argument.ToInt64()) : old.ToInt32() ^ argument.ToInt32();

    private static BsonDocument Rename(BsonDocument document, string[] from, string[] to)
    {
        BsonValue? value = document;
        var throughArray = false;
        foreach (var part in from)
        {
            throughArray |= value is BsonArray;
            value = value switch
            {
                BsonDocument inner => inner.GetValue(part, null),
                BsonArray items when char.IsAsciiDigit(part[0]) => items.ElementAtOrDefault(part[0] - '0'),
                _ => throw new OracleRefusal(28),
            };
            if (value is null)
            {
                return document;
            }
        }

        var counts = false;
        return throughArray || LeadsThroughArray(document, to)
            ? throw new OracleRefusal(2)
            : (BsonDocument)Write(Write(document, to, _ => value, creates: true, lenient: false, ref counts), from, _ => Gone, creates: false, lenient: true, ref counts)!;
    }

    private static bool LeadsThroughArray(BsonValue value, string[] path) => value is BsonArray
        || (path.Length > 1 && value is BsonDocument document && document.TryGetValue(path[0], out var inner) && LeadsThroughArray(inner, path[1..]));
}

/// <summary>The oracle's answer that an update fails on a document.</summary>
internal sealed class OracleRefusal(int code) : Exception
{
    /// <summary>It does not know.</summary>
    public const int Unsure = -1;

    public int Code { get; } = code;
}
