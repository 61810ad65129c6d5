namespace Visuels.EmbeddedMongo.Storage;

/// <summary>How many bytes collections and indexes hold.</summary>
internal static class Sizes
{
    public static (long Count, long Bytes) Of(Session session, CollectionInfo collection)
    {
        using var row = session.Db.Use($"SELECT count(*), coalesce(sum(length(doc)), 0) FROM c{collection.Id}");
        row.Step();
        return (row.Long(0), row.Long(1));
    }

    public static IEnumerable<(string Name, long Bytes)> OfIndexes(Session session, CollectionInfo collection)
    {
        yield return ("_id_", session.Db.Scalar($"SELECT coalesce(sum(length(id)), 0) FROM c{collection.Id}"));
        foreach (var index in collection.Indexes)
        {
            yield return (index.Spec.Name, session.Db.Scalar($"SELECT coalesce(sum(length(CAST({(index.Spec.Text is null ? "key" : "term")} AS BLOB))), 0) FROM i{index.Id}"));
        }
    }

    public static long OfDatabase(Session session, string database) =>
        session.Catalog.Of(database).Sum(c => Of(session, c).Bytes + OfIndexes(session, c).Sum(i => i.Bytes));
}
