using MongoDB.Bson;

namespace Visuels.EmbeddedMongo.Commands;

/// <summary>The errors of single statements of a write, by their place in it.</summary>
internal sealed class WriteErrors(bool ordered)
{
    private readonly BsonArray _errors = [];

    /// <summary>Runs the statements one by one; an ordered write stops at the first error.</summary>
    public void Each<T>(IReadOnlyList<T> statements, Action<T, int> run)
    {
        for (var i = 0; i < statements.Count; i++)
        {
            try
            {
                run(statements[i], i);
            }
            catch (MongoError error) when (error.Code != MongoError.MaxTimeExpired)
            {
                Add(i, error);
                if (ordered)
                {
                    return;
                }
            }
        }
    }

    public BsonDocument AddTo(BsonDocument reply)
    {
        if (_errors.Count > 0)
        {
            reply.Add("writeErrors", _errors);
        }

        return reply.Add("ok", 1.0);
    }

    private void Add(int index, MongoError error)
    {
        var description = new BsonDocument { { "index", index }, { "code", error.Code } };
        description.Merge(error.Details ?? []);
        _errors.Add(description.Add("errmsg", error.Message));
    }
}
