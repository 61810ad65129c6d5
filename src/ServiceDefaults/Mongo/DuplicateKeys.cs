using MongoDB.Driver;

namespace Visuels.ServiceDefaults.Mongo;

/// <summary>Recognises a unique index's refusal, whichever command met it.</summary>
public static class DuplicateKeys
{
    /// <summary>Whether a write failed because a unique index already holds its key.</summary>
    /// <param name="exception">What the driver threw.</param>
    /// <param name="index">Name of the index, to tell several apart; null for any.</param>
    public static bool IsDuplicateKey(this MongoException exception, string? index = null) => exception switch
    {
        MongoWriteException { WriteError: { Category: ServerErrorCategory.DuplicateKey } error } => Names(error.Message, index),
        MongoBulkWriteException bulk => bulk.WriteErrors.Count > 0
            && bulk.WriteErrors.All(error => error.Category == ServerErrorCategory.DuplicateKey && Names(error.Message, index)),
        MongoCommandException { Code: 11000 } command => Names(command.Message, index),
        _ => false,
    };

    private static bool Names(string message, string? index) =>
        index is null || message.Contains($"index: {index} ", StringComparison.Ordinal);
}
