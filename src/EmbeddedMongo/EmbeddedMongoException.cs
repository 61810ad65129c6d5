namespace Visuels.EmbeddedMongo;

/// <summary>The server cannot start; the message says why in one line.</summary>
public sealed class EmbeddedMongoException : Exception
{
    /// <summary>Makes the exception with its one-line message.</summary>
    public EmbeddedMongoException(string message, Exception? innerException = null)
        : base(message, innerException)
    {
    }
}
