using System.Globalization;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Tests.Language;

/// <summary>What filters mean, written as plainly as the documentation puts it and without regard to cost.</summary>
internal static class FilterOracle
{
    public static bool Matches(BsonDocument filter, BsonDocument document) => filter.All(e => e.Name switch
    {
        "$and" => e.Value.AsBsonArray.All(f => Matches(f.AsBsonDocument, document)),
        "$or" => e.Value.AsBsonArray.Any(f => Matches(f.AsBsonDocument, document)),
        "$nor" => !e.Value.AsBsonArray.Any(f => Matches(f.AsBsonDocument, document)),
        _ => e.Value.AsBsonDocument.All(o => Holds(o.Name, o.Value, Reach(document, e.Name.Split('.')).ToList())),
    });

    private static bool Holds(string name, BsonValue operand, List<BsonValue?> reached) => name switch
    {
        "$eq" => Expanded(reached).Any(v => Equal(v, operand)),
        "$ne" => !Holds("$eq", operand, reached),
        "$in" => operand.AsBsonArray.Any(o => Holds("$eq", o, reached)),
        "$nin" => !Holds("$in", operand, reached),
        "$not" => !operand.AsBsonDocument.All(o => Holds(o.Name, o.Value, reached)),
        "$exists" => operand.AsBoolean == reached.Any(v => v is not null),
        "$size" => reached.Any(v => v is BsonArray array && array.Count == operand),
        "$gt" => Expanded(reached).Any(v => Bracketed(v, operand, o => o > 0, MinKeyWins: true)),
        "$gte" => Holds("$gt", operand, reached) || Expanded(reached).Any(v => Equal(v, operand)),
        "$lt" => Expanded(reached).Any(v => Bracketed(v, operand, o => o < 0, MinKeyWins: false)),
        "$lte" => Holds("$lt", operand, reached) || Expanded(reached).Any(v => Equal(v, operand)),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
    };

    private static bool Equal(BsonValue? value, BsonValue operand) => value is null ? operand.IsBsonNull : Order(value, operand) == 0;

    private static bool Bracketed(BsonValue? value, BsonValue operand, Func<int, bool> test, bool MinKeyWins)
    {
        if (operand is BsonMinKey or BsonMaxKey)
        {
            return value?.BsonType != operand.BsonType && operand is BsonMinKey == MinKeyWins;
        }

        return value is not null && Rank(value) == Rank(operand) && !IsNaN(value) && !IsNaN(operand) && test(Order(value, operand));
    }

    // The elements of an array at the end stand for it too. (A path that names a position means that element alone.)
    private static IEnumerable<BsonValue?> Expanded(IEnumerable<BsonValue?> reached) =>
        reached.SelectMany(v => v is Open open ? [.. open.Array, open.Array] : new[] { v is Closed closed ? closed.Array : v });

    private static IEnumerable<BsonValue?> Reach(BsonValue value, string[] path)
    {
        if (path.Length == 0)
        {
            return [value is BsonArray array ? new Open(array) : value];
        }

        return value switch
        {
            BsonDocument document => document.Contains(path[0]) ? Reach(document[path[0]], path[1..]) : [null],
            BsonArray items => items.SelectMany((item, i) => InArray(item, i, path)),
            _ => [null],
        };
    }

    private static IEnumerable<BsonValue?> InArray(BsonValue item, int index, string[] path)
    {
        var through = item is BsonDocument ? Reach(item, path) : [];

        if (path[0] != index.ToString(CultureInfo.InvariantCulture))
        {
            return through;
        }

        return through.Concat(path.Length == 1 ? [item is BsonArray array ? new Closed(array) : item]
            : item is BsonDocument or BsonArray ? Reach(item, path[1..]) : []);
    }

    private static int Rank(BsonValue value) => value.BsonType switch
    {
        BsonType.MinKey => 0,
        BsonType.Null => 1,
        BsonType.Int32 or BsonType.Int64 or BsonType.Double or BsonType.Decimal128 => 2,
        BsonType.String => 3,
        BsonType.Document => 4,
        BsonType.Array => 5,
        BsonType.Boolean => 6,
        BsonType.DateTime => 7,
        _ => 8,
    };

    /// <summary>The order of the few kinds of value that the generators make.</summary>
    public static int Order(BsonValue a, BsonValue b)
    {
        if (Rank(a) != Rank(b))
        {
            return Rank(a).CompareTo(Rank(b));
        }

        return Rank(a) switch
        {
            2 => IsNaN(a) || IsNaN(b) ? IsNaN(b).CompareTo(IsNaN(a)) : ((decimal)a.ToDouble()).CompareTo((decimal)b.ToDouble()),
            3 => string.CompareOrdinal(a.AsString, b.AsString),
            4 => Lists(a.AsBsonDocument.Elements, b.AsBsonDocument.Elements, (x, y) =>
                Rank(x.Value) != Rank(y.Value) ? Rank(x.Value) - Rank(y.Value)
                : x.Name != y.Name ? string.CompareOrdinal(x.Name, y.Name) : Order(x.Value, y.Value)),
            5 => Lists(a.AsBsonArray, b.AsBsonArray, Order),
            6 => a.AsBoolean.CompareTo(b.AsBoolean),
            7 => a.ToUniversalTime().CompareTo(b.ToUniversalTime()),
            _ => 0,
        };
    }

    private static int Lists<T>(IEnumerable<T> a, IEnumerable<T> b, Func<T, T, int> order)
    {
        var first = a.Zip(b, order).FirstOrDefault(o => o != 0);
        return first != 0 ? first : a.Count().CompareTo(b.Count());
    }

    private static bool IsNaN(BsonValue value) => value is BsonDouble { Value: double.NaN };

    /// <summary>An array at the end of a path, reached by its name.</summary>
    private sealed class Open(BsonArray array) : BsonArray(array)
    {
        public BsonArray Array { get; } = array;
    }

    /// <summary>An array at the end of a path, reached as an element of another.</summary>
    private sealed class Closed(BsonArray array) : BsonArray(array)
    {
        public BsonArray Array { get; } = array;
    }
}
