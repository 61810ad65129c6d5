using MongoDB.Bson;
using Visuels.EmbeddedMongo.Query;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>What one stage may hold in memory. MongoDB goes on to a disk beyond that; this server never does.</summary>
internal sealed class MemoryLimit(string stage)
{
    public const long Most = 100 * 1024 * 1024;

    private long _held;

    public void Add(long bytes)
    {
        _held += bytes;

        if (_held > Most)
        {
            throw new MongoError(292, "QueryExceededMemoryLimitNoDiskUseAllowed",
                $"{stage} exceeded the memory limit of {Most} bytes, and this server does not use a disk for more");
        }
    }

    /// <summary>About what a value takes, by MongoDB's measure: 16 bytes and what does not fit in them. Beyond the limit the rest is not looked at.</summary>
    public static long WeightOf(BsonValue value)
    {
        var weight = 16L;

        switch (value)
        {
            case BsonString text:
                weight += text.Value.Length;
                break;
            case BsonBinaryData data:
                weight += data.Bytes.Length;
                break;
            case BsonArray array:
                Documents.CheckWalk();
                foreach (var item in array)
                {
                    if ((weight += WeightOf(item)) > Most)
                    {
                        break;
                    }
                }

                break;
            case BsonDocument document:
                Documents.CheckWalk();
                foreach (var element in document)
                {
                    if ((weight += element.Name.Length + WeightOf(element.Value)) > Most)
                    {
                        break;
                    }
                }

                break;
        }

        return weight;
    }
}
