using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>The <c>$slice</c> of a find: a part of an array at the end of a path, in whichever documents the path leads to.</summary>
internal sealed class FindSlice
{
    private readonly string[] _path;
    private readonly int? _skip;
    private readonly int _limit;

    private FindSlice(string path, int? skip, int limit) => (_path, _skip, _limit) = (path.Split('.'), skip, limit);

    /// <summary>Null where the argument is not of this form, but perhaps that of the expression of the same name.</summary>
    public static FindSlice? TryParse(string path, BsonValue argument) => argument switch
    {
        { IsNumeric: true } => new(path, null, Clamped(argument)),
        BsonArray { Count: 2 } pair when pair[0].IsNumeric && pair[1].IsNumeric && Clamped(pair[1]) > 0 => new(path, Clamped(pair[0]), Clamped(pair[1])),
        _ => null,
    };

    public BsonDocument Apply(BsonDocument document) => Apply(document, 0);

    // Documents in an array are entered, arrays in an array are not.
    private BsonDocument Apply(BsonDocument document, int part)
    {
        if (!document.TryGetValue(_path[part], out var value))
        {
            return document;
        }

        var isLast = part == _path.Length - 1;

        return new(document.Elements)
        {
            [_path[part]] = value switch
            {
                BsonArray array when isLast => Cut(array),
                BsonArray array => new BsonArray(array.Select(item => item is BsonDocument inner ? Apply(inner, part + 1) : item)),
                BsonDocument inner when !isLast => Apply(inner, part + 1),
                _ => value,
            },
        };
    }

    private BsonArray Cut(BsonArray array)
    {
        if (_skip is null && _limit < 0)
        {
            return new(array.Skip((int)Math.Max(0, array.Count + (long)_limit)));
        }

        var skip = _skip ?? 0;
        return new(array.Skip(skip < 0 ? (int)Math.Max(0, array.Count + (long)skip) : skip).Take(_limit));
    }

    private static int Clamped(BsonValue number) => Number.TryTruncate(number, out var whole)
        ? (int)Math.Clamp(whole, int.MinValue, int.MaxValue)
        : Number.IsNaN(number) ? 0 : Number.ToDouble(number) < 0 ? int.MinValue : int.MaxValue;
}
