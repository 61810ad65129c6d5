using MongoDB.Driver;

namespace Visuels.ServiceDefaults.Mongo;

/// <summary>Tells an outage of the database from everything else that may go wrong with it.</summary>
public static class StoreOutages
{
    /// <summary>Whether the database was not there, or not in time: nobody's fault, and gone in a moment.</summary>
    /// <param name="exception">What a store call threw.</param>
    public static bool Is(Exception exception) => exception
        is MongoConnectionException
        // For a moment after a lost connection the driver refuses at once instead of waiting for a server.
        or MongoConnectionPoolPausedException
        or MongoExecutionTimeoutException
        or MongoWaitQueueFullException
        or MongoNotPrimaryException
        or MongoNodeIsRecoveringException
        // Server selection: no server answered within its time-out.
        or TimeoutException;
}
