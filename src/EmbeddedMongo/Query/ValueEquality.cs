using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Query;

/// <summary>Equality and hashing that agree with the order of a collation.</summary>
internal sealed class ValueEquality(Collation collation) : IEqualityComparer<BsonValue>
{
    public bool Equals(BsonValue? x, BsonValue? y) =>
        ReferenceEquals(x, y) || (x is not null && y is not null && collation.Compare(x, y) == 0);

    public int GetHashCode(BsonValue value)
    {
        var hash = new HashCode();
        Add(ref hash, value);
        return hash.ToHashCode();
    }

    private void Add(ref HashCode hash, BsonValue value)
    {
        hash.Add(BsonOrder.Kind(value.BsonType));

        switch (value)
        {
            case BsonDocument document:
                Documents.CheckWalk();
                foreach (var element in document)
                {
                    hash.Add(element.Name);
                    Add(ref hash, element.Value);
                }

                break;
            case BsonArray array:
                Documents.CheckWalk();
                foreach (var item in array)
                {
                    Add(ref hash, item);
                }

                break;
            case BsonBinaryData binary:
                hash.AddBytes(binary.Bytes);
                break;
            case BsonString or BsonSymbol:
                hash.Add(collation.Hash(BsonOrder.Text(value)));
                break;
            case BsonRegularExpression regex:
                hash.Add(regex.Pattern);
                break;
            case BsonJavaScript code:
                hash.Add(code.Code);
                break;
            default:
                hash.Add(value.IsNumeric ? Number.Hash(value) : value.GetHashCode());
                break;
        }
    }
}
