using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>The value where an interval begins or ends, as explain shows it.</summary>
internal readonly record struct Edge(BsonValue Value, bool IsOpen);

/// <summary>All keys from one byte string up to, but without, another.</summary>
internal readonly record struct Interval(byte[] From, byte[] To)
{
    public static readonly Interval All = new([], KeyBytes.End) { Low = new(BsonMinKey.Value, false), High = new(BsonMaxKey.Value, false) };

    public Edge Low { get; init; }

    public Edge High { get; init; }

    public bool IsPoint => From.Length > 1 && KeyBytes.Compare(KeyBytes.Successor(From), To) == 0;

    /// <summary>Exactly this value, whatever fields of a compound key follow it.</summary>
    public static Interval Point(byte[] key, BsonValue value) =>
        new(key, KeyBytes.Successor(key)) { Low = new(value, false), High = new(value, false) };

    /// <summary>The same values where the index sorts them downwards.</summary>
    public Interval Inverted() =>
        new(KeyBytes.Successor(KeyBytes.Inverted(To)), KeyBytes.Successor(KeyBytes.Inverted(From))) { Low = High, High = Low };

    public Interval After(byte[] prefix) => new(KeyBytes.Join(prefix, From), KeyBytes.Join(prefix, To));
}

/// <summary>Sets of values as sorted intervals that neither touch nor overlap.</summary>
internal static class Intervals
{
    public static List<Interval> Union(IEnumerable<Interval> intervals)
    {
        var sorted = intervals.Where(i => KeyBytes.Compare(i.From, i.To) < 0).ToList();
        sorted.Sort((a, b) => KeyBytes.Compare(a.From, b.From));
        var union = new List<Interval>(sorted.Count);
        foreach (var next in sorted)
        {
            if (union.Count > 0 && KeyBytes.Compare(next.From, union[^1].To) < 0)
            {
                if (KeyBytes.Compare(next.To, union[^1].To) > 0)
                {
                    union[^1] = union[^1] with { To = next.To, High = next.High };
                }
            }
            else
            {
                union.Add(next);
            }
        }

        return union;
    }

    public static List<Interval> Intersect(List<Interval> a, List<Interval> b)
    {
        var both = new List<Interval>();
        for (int i = 0, j = 0; i < a.Count && j < b.Count;)
        {
            var later = KeyBytes.Compare(a[i].From, b[j].From) > 0 ? a[i] : b[j];
            var aEndsFirst = KeyBytes.Compare(a[i].To, b[j].To) < 0;
            var earlier = aEndsFirst ? a[i] : b[j];
            if (KeyBytes.Compare(later.From, earlier.To) < 0)
            {
                both.Add(later with { To = earlier.To, High = earlier.High });
            }

            _ = aEndsFirst ? i++ : j++;
        }

        return both;
    }

    public static bool Contain(List<Interval> outer, List<Interval> inner) =>
        inner.TrueForAll(i => outer.Exists(o => KeyBytes.Compare(o.From, i.From) <= 0 && KeyBytes.Compare(i.To, o.To) <= 0));
}
