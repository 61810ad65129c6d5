using System.Globalization;
using System.Numerics;
using CsCheck;
using MongoDB.Bson;
using Visuels.EmbeddedMongo.Aggregation;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Updates;
using Visuels.EmbeddedMongo.Wire;
using static Visuels.EmbeddedMongo.Tests.Language.Generators;

namespace Visuels.EmbeddedMongo.Tests.Language;

public class PropertyTests
{
    private static readonly Gen<BsonElement> Operations = Gen.OneOf(
        Gen.Select(Gen.OneOf("$eq", "$ne", "$gt", "$gte", "$lt", "$lte"), Values, (name, value) => new BsonElement(name, value)),
        Gen.Select(Gen.OneOf("$in", "$nin"), Values.Array[0, 3], (name, values) => new BsonElement(name, new BsonArray(values))),
        Gen.Bool.Select(exists => new BsonElement("$exists", exists)),
        Gen.Int[0, 3].Select(size => new BsonElement("$size", size)));

    private static readonly Gen<BsonDocument> Conditions = Gen.OneOf(
        Operations.Select(o => new BsonDocument(o)),
        Operations.Select(o => new BsonDocument("$not", new BsonDocument(o))));

    private static readonly Gen<BsonDocument> Filters = Gen.Recursive<BsonDocument>((depth, filter) => depth >= 2
        ? Field
        : Gen.Frequency(
            (4, Field),
            (1, Gen.Select(Gen.OneOf("$and", "$or", "$nor"), filter.Array[1, 3], (name, all) => new BsonDocument(name, new BsonArray(all))))));

    private static Gen<BsonDocument> Field => Gen.Select(Paths, Conditions, (path, condition) => new BsonDocument(path, condition));

    [Fact]
    public void Filters_match_what_the_oracle_says() => Gen.Select(Filters, Docs).Sample((filter, document) =>
        Matcher.Compile(filter).Matches(document) == FilterOracle.Matches(filter, document), iter: 20_000);

    [Fact]
    public void The_fields_a_filter_names_decide_as_the_whole_document_does() => Gen.Select(Filters, Docs).Sample((filter, document) =>
        Matcher.Compile(filter).Matches(BsonBytes.Decode(document.ToBson(), FilterFields.Of(filter)!)) == FilterOracle.Matches(filter, document), iter: 20_000);

    [Fact]
    public void A_document_is_decoded_to_what_was_encoded() =>
        Docs.Select(d => d.ToBson()).Sample(bytes => BsonBytes.Decode(bytes).ToBson().AsSpan().SequenceEqual(bytes), iter: 5_000);

    [Fact]
    public void The_order_is_the_oracles_and_equal_values_hash_alike() => Gen.Select(Values, Values).Sample((a, b) =>
        Math.Sign(BsonOrder.Compare(a, b)) == Math.Sign(FilterOracle.Order(a, b))
        && (BsonOrder.Compare(a, b) != 0 || BsonOrder.Equality.GetHashCode(a) == BsonOrder.Equality.GetHashCode(b)), iter: 20_000);

    [Fact]
    public void Under_a_collation_of_letters_alone_filters_match_as_if_all_were_small_and_plain() => Gen.Select(Filters, Docs).Sample((filter, document) =>
        Matcher.Compile(filter, QueryContext.Plain with { Collation = Letters }).Matches(document)
            == FilterOracle.Matches((BsonDocument)Folded(filter), (BsonDocument)Folded(document)), iter: 20_000);

    [Fact]
    public void Under_a_collation_order_hash_and_index_key_of_values_agree() => Gen.Select(Values, Values).Sample((a, b) =>
    {
        var order = Math.Sign(FilterOracle.Order(Folded(a), Folded(b)));
        return Math.Sign(Letters.Compare(a, b)) == order
            && Math.Sign(Indexes.KeyWriter.Encode(a, Letters).AsSpan().SequenceCompareTo(Indexes.KeyWriter.Encode(b, Letters))) == order
            && (order != 0 || Letters.Equality.GetHashCode(a) == Letters.Equality.GetHashCode(b));
    }, iter: 20_000);

    [Fact]
    public void Any_two_numbers_compare_as_their_exact_values() => Gen.Select(Numbers, Numbers).Sample((a, b) =>
        Math.Sign(BsonOrder.Compare(a, b)) == Exact(a).CompareTo(Exact(b)), iter: 20_000);

    [Fact]
    public void Sorting_takes_least_and_greatest_elements() => Gen.Select(Docs.Array[0, 6], Paths, Gen.Bool).Sample((documents, path, down) =>
    {
        var sorted = SortSpec.Parse(new(path, down ? -1 : 1)).Order(documents).ToList();

        BsonValue Key(BsonDocument document)
        {
            var keys = KeyGenerator.Generate(document, [new FieldPath(path)])!.Select(k => k[0]).Order(BsonOrder.Comparer).ToList();
            return down ? keys[^1] : keys[0];
        }

        var expected = down ? documents.OrderByDescending(Key, BsonOrder.Comparer) : documents.OrderBy(Key, BsonOrder.Comparer);
        return sorted.SequenceEqual(expected, ReferenceEqualityComparer.Instance);
    }, iter: 5_000);

    [Fact]
    public void A_limited_sort_is_the_head_of_the_full_one() => Gen.Select(Docs.Array[0, 8], Gen.Int[1, 4]).Sample((documents, limit) =>
    {
        var sort = SortSpec.Parse(new BsonDocument { { "a", 1 }, { "1", -1 } });
        IEnumerable<BsonDocument> plain = [.. documents.Where(d => !(d.Contains("a") && d.Contains("1")))];
        return sort.Order(plain, limit).SequenceEqual(sort.Order(plain).Take(limit), ReferenceEqualityComparer.Instance);
    }, iter: 5_000);

    [Fact]
    public void What_was_set_is_found_and_nothing_else_has_changed() => Gen.Select(Docs, Paths, Values).Sample((document, path, value) =>
    {
        var before = document.ToBson();
        BsonDocument updated;

        try
        {
            updated = UpdateSpec.Parse(new BsonDocument("$set", new BsonDocument(path, value)), null).Apply(document, []);
        }
        catch (MongoError error) when (error.Code == 28)
        {
            return true;
        }

        var reverted = UpdateSpec.Parse(new BsonDocument("$set", new BsonDocument(path, "?")), null);

        return document.ToBson().AsSpan().SequenceEqual(before)
            && FieldPaths.Leaves(updated, path).Contains(value, BsonOrder.Equality)
            && Same(reverted.Apply(document, []), reverted.Apply(updated, []));
    }, iter: 10_000);

    [Fact]
    public void Pull_takes_just_the_elements_that_a_filter_matches() => Gen.Select(Values.Array[0, 5], Operations).Sample((items, operation) =>
    {
        var condition = new BsonDocument(operation);
        var matcher = Matcher.Compile(new("x", condition));
        var kept = items.Where(item => !matcher.Matches(new("x", item)));
        var pulled = UpdateSpec.Parse(new BsonDocument("$pull", new BsonDocument("a", condition)), null).Apply(new("a", new BsonArray(items)), []);

        return Same(pulled["a"], new BsonArray(kept));
    }, iter: 10_000);

    [Fact]
    public void A_group_counts_and_sums_like_a_dictionary() => Gen.Select(Values, Gen.Int[-5, 5]).Array[0, 12].Sample(rows =>
    {
        var documents = rows.Select(row => new BsonDocument { { "k", row.Item1 }, { "n", row.Item2 } });
        var expected = rows.GroupBy(row => row.Item1, BsonOrder.Equality)
            .Select(g => new BsonDocument { { "_id", g.Key }, { "n", g.Sum(row => row.Item2) }, { "c", g.Count() } });

        var grouped = Pipeline.Parse(new BsonArray { BsonDocument.Parse("{$group: {_id: '$k', n: {$sum: '$n'}, c: {$sum: 1}}}") }).Run(documents);

        return Same(new BsonArray(grouped), new BsonArray(expected));
    }, iter: 5_000);

    [Fact]
    public void Decimals_calculate_like_decimals() => Gen.Select(Gen.Decimal[-1e8m, 1e8m], Gen.Decimal[-1e8m, 1e8m]).Sample((x, y) =>
    {
        var (a, b) = (Math.Round(x, 4), Math.Round(y, 4));
        var (p, q) = (DecimalNumber.From(a), DecimalNumber.From(b));

        return (p + q).ToBson().AsDecimal == a + b
            && (p - q).ToBson().AsDecimal == a - b
            && (p * q).ToBson().AsDecimal == a * b
            && (b == 0 || Math.Abs((p / q).ToBson().AsDecimal - (a / b)) <= 1e-12m)
            && (b == 0 || (p % q).ToBson().AsDecimal == a % b)
            && p.Round(2, MidpointRounding.ToEven).ToBson().AsDecimal == Math.Round(a, 2, MidpointRounding.ToEven)
            && p.CompareTo(q) == a.CompareTo(b);
    }, iter: 10_000);

    private static Collation Letters => Collation.Parse(BsonDocument.Parse("{locale: 'en', strength: 1}"));

    private static BsonValue Folded(BsonValue value) => value switch
    {
        BsonString text => text.Value.ToLowerInvariant().Replace('á', 'a'),
        BsonArray array => new BsonArray(array.Select(Folded)),
        BsonDocument document => new BsonDocument(document.Select(e => new BsonElement(e.Name, Folded(e.Value)))),
        _ => value,
    };

    private static bool Same(BsonValue a, BsonValue b) => BsonOrder.Compare(a, b) == 0;

    private static Gen<BsonValue> Numbers => Gen.OneOf(
        Gen.Int.Select(i => (BsonValue)i),
        Gen.Long.Select(l => (BsonValue)l),
        Gen.OneOf(Gen.Long.Select(l => (double)l), Gen.Int.Select(i => i / 8.0), Gen.Double[-1e30, 1e30]).Select(d => (BsonValue)d),
        Gen.Decimal.Select(d => (BsonValue)d),
        Gen.Int[-3, 3].Select(i => (BsonValue)(i / 2m)),
        Gen.Int[-3, 3].Select(i => (BsonValue)(i / 2.0)));

    // A fraction of whole numbers; doubles by their 34 leading digits, as the comparison with decimals is defined.
    private static Fraction Exact(BsonValue value) => Fraction.Parse(value switch
    {
        BsonDouble real => real.Value.ToString("E33", CultureInfo.InvariantCulture),
        BsonDecimal128 exact => exact.Value.ToString(),
        _ => value.ToInt64().ToString(CultureInfo.InvariantCulture),
    });

    private readonly record struct Fraction(BigInteger Numerator, BigInteger Denominator)
    {
        public static Fraction Parse(string text)
        {
            var parts = text.Split('E');
            var exponent = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0;
            var point = parts[0].IndexOf('.', StringComparison.Ordinal);
            var digits = BigInteger.Parse(parts[0].Replace(".", "", StringComparison.Ordinal), CultureInfo.InvariantCulture);
            exponent -= point < 0 ? 0 : parts[0].Length - point - 1;
            return exponent >= 0 ? new(digits * BigInteger.Pow(10, exponent), 1) : new(digits, BigInteger.Pow(10, -exponent));
        }

        public int CompareTo(Fraction other) => (Numerator * other.Denominator).CompareTo(other.Numerator * Denominator);
    }
}
