using MongoDB.Bson;
using Visuels.EmbeddedMongo.Indexes;
using Visuels.EmbeddedMongo.Wire;

namespace Visuels.EmbeddedMongo.Storage;

/// <summary>What is wrong with a collection: records that are no documents, and indexes that say something else than the documents do.</summary>
internal sealed class Validation
{
    private readonly Session _session;
    private readonly CollectionInfo _collection;
    private readonly long[] _expected;

    private Validation(Session session, CollectionInfo collection)
    {
        _session = session;
        _collection = collection;
        _expected = new long[collection.Indexes.Length];
    }

    public long Records { get; private set; }

    public long InvalidRecords { get; private set; }

    /// <summary>Problems by the name of the index they are in.</summary>
    public Dictionary<string, List<string>> Problems { get; } = [];

    /// <summary>How many keys each index holds.</summary>
    public Dictionary<string, long> Keys { get; } = [];

    public static Validation Of(Session session, CollectionInfo collection)
    {
        var validation = new Validation(session, collection);
        validation.ReadRecords();
        validation.CountEntries();
        return validation;
    }

    private void ReadRecords()
    {
        using var rows = _session.Db.Use($"SELECT rid, id, doc FROM c{_collection.Id} ORDER BY rid");
        while (rows.Step())
        {
            _session.CheckDeadline();
            Records++;
            BsonDocument document;
            try
            {
                document = BsonBytes.DecodeUntrusted(rows.Blob(2).ToArray());
            }
            catch (MongoError)
            {
                InvalidRecords++;
                continue;
            }

            if (!rows.Blob(1).SequenceEqual(KeyWriter.Encode(document["_id"], _collection.Collation)))
            {
                Report("_id_", $"the key of record {rows.Long(0)} is not its _id");
            }

            for (var i = 0; i < _expected.Length; i++)
            {
                _expected[i] += Compare(_collection.Indexes[i], document, rows.Long(0));
            }
        }
    }

    // Every key that should be there is; that there are no more, the number of keys shows afterwards.
    private long Compare(IndexInfo index, BsonDocument document, long rid)
    {
        var entries = IndexEntries.Of(index.Spec, document);
        foreach (var key in entries.Keys)
        {
            using var found = _session.Db.Use($"SELECT 1 FROM i{index.Id} WHERE key = ?1 AND rid = ?2").Bind(1, key.Bytes).Bind(2, rid);
            if (!found.Step())
            {
                Report(index.Spec.Name, $"record {rid} has no key {new BsonArray(key.Values)}");
            }
        }

        foreach (var (term, score) in entries.Terms)
        {
            using var found = _session.Db.Use($"SELECT score FROM i{index.Id} WHERE term = ?1 AND rid = ?2").Bind(1, term).Bind(2, rid);
            if (!found.Step() || found.Double(0) != score)
            {
                Report(index.Spec.Name, $"record {rid} has no key {term} with score {score}");
            }
        }

        if (entries.IsMultikey && !index.Multikey)
        {
            Report(index.Spec.Name, $"record {rid} has several keys, which the index is not marked for");
        }

        return entries.Keys.Count + entries.Terms.Count;
    }

    private void CountEntries()
    {
        Keys["_id_"] = Records;
        for (var i = 0; i < _expected.Length; i++)
        {
            var index = _collection.Indexes[i];
            var held = _session.Db.Scalar($"SELECT count(*) FROM i{index.Id}");
            Keys[index.Spec.Name] = held;
            if (held != _expected[i])
            {
                Report(index.Spec.Name, $"it holds {held} keys, the documents have {_expected[i]}");
            }
        }
    }

    private void Report(string index, string problem)
    {
        if (!Problems.TryGetValue(index, out var problems))
        {
            Problems.Add(index, problems = []);
        }

        // The first ones tell what there is to know, and the answer must fit a message.
        if (problems.Count < 10)
        {
            problems.Add(problem);
        }
    }
}
