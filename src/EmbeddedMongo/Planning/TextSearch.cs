using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Storage;

namespace Visuels.EmbeddedMongo.Planning;

/// <summary>Collects the records that contain one of the words, best first.</summary>
internal static class TextSearch
{
    public static IndexInfo Index(CollectionInfo collection) =>
        collection.Indexes.FirstOrDefault(i => i.Spec.Text is not null)
        ?? throw new MongoError(27, "IndexNotFound", "text index required for $text query");

    public static List<(long Rid, double Score)> Hits(Session session, IndexInfo index, TextQuery query)
    {
        var scores = new Dictionary<long, double>();
        foreach (var word in query.Words)
        {
            using var postings = session.Db.Use(index.TermSql).Bind(1, word);
            while (postings.Step())
            {
                var rid = postings.Long(0);
                scores[rid] = scores.GetValueOrDefault(rid) + postings.Double(1);
            }
        }

        return [.. scores.Select(s => (s.Key, s.Value)).OrderByDescending(s => s.Value).ThenBy(s => s.Key)];
    }
}
