using MongoDB.Bson;
using Visuels.EmbeddedMongo.Planning;
using Visuels.EmbeddedMongo.Query;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Aggregation;

/// <summary>The database a pipeline's lookups read, in the snapshot of the batch at hand.</summary>
internal sealed class LookupDatabase(string name)
{
    public string Name { get; } = name;

    /// <summary>Set for as long as a batch is being made.</summary>
    public Session? Session { get; set; }

    /// <summary>Null where the collection does not exist.</summary>
    public MatchScan? Open(string collection, BsonDocument filter, QueryContext context, BsonDocument? sort = null, bool limited = false) =>
        MatchScan.Open(Session!, Name, collection, CompiledFilter.Parse(filter, context), sort, limited);

    public IEnumerable<BsonDocument> Read(MatchScan? scan)
    {
        using (scan)
        {
            while (scan?.Next(Session!) == true)
            {
                yield return scan.Document;
            }
        }
    }

    public IEnumerable<BsonDocument> Run(Pipeline pipeline, string collection, QueryContext context)
    {
        var head = pipeline.Head;
        using var scan = head.Of(Open(collection, head.Filter, context, head.Sort, head.Limit > 0));

        foreach (var document in pipeline.Run(Documents()))
        {
            yield return document;
        }

        IEnumerable<BsonDocument> Documents()
        {
            while (scan.NextDocument(Session!, pipeline.Fields) is { } document)
            {
                yield return document;
            }
        }
    }
}
