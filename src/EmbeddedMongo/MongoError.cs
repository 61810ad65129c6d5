using System.Diagnostics.CodeAnalysis;
using MongoDB.Bson;

namespace Visuels.EmbeddedMongo;

/// <summary>A command's failure as MongoDB reports it: the code and name drivers act on, and a message for people.</summary>
/// <param name="code">MongoDB's numeric error code, for example 11000 for a duplicate key.</param>
/// <param name="codeName">The code's symbolic name, for example <c>DuplicateKey</c>.</param>
/// <param name="message">What went wrong, in MongoDB's own terms.</param>
[SuppressMessage("Naming", "CA1710", Justification = "It is an answer of the protocol; it being thrown is how it travels.")]
public sealed class MongoError(int code, string codeName, string message) : Exception(message)
{
    internal const int MaxTimeExpired = 50;

    /// <summary>MongoDB's numeric error code.</summary>
    public int Code { get; } = code;

    /// <summary>The code's symbolic name.</summary>
    public string CodeName { get; } = codeName;

    /// <summary>Further fields of the answer, such as the keyPattern and keyValue of a duplicate key.</summary>
    public BsonDocument? Details { get; init; }

    /// <summary>Code 2: a value that the command or operator does not accept.</summary>
    public static MongoError BadValue(string message) => new(2, "BadValue", message);

    /// <summary>Code 9: the request does not follow the command's grammar.</summary>
    public static MongoError FailedToParse(string message) => new(9, "FailedToParse", message);

    /// <summary>Code 14: a field has the wrong BSON type.</summary>
    public static MongoError TypeMismatch(string message) => new(14, "TypeMismatch", message);

    /// <summary>Code 238: known to MongoDB, but outside what this server supports.</summary>
    public static MongoError NotSupported(string message) => new(238, "NotImplemented", message);
}
