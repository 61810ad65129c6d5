using MongoDB.Driver;
using Visuels.ServiceDefaults.Faults;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.ServiceDefaults.Messaging;

/// <summary>Keeps a copy of another service's aggregate up to date, from events that come late, twice or out of order.</summary>
public static class VersionedCopies
{
    /// <summary>
    /// Writes what an event carries unless the copy is as new already; false means stale. The element <c>version</c> belongs to this method.
    /// <paramref name="id"/> must be an equality on <c>_id</c>, from which a missing copy is made.
    /// </summary>
    public static async Task<bool> ApplyNewerAsync<T>(
        this IMongoCollection<T> copies, FilterDefinition<T> id, long version, UpdateDefinition<T> update, CancellationToken ct)
    {
        var older = Sabotage.Is(Sabotage.VersionGuardOff) ? id : id & Builders<T>.Filter.Lt("version", version);
        var newer = update.Set("version", version);

        try
        {
            CrashPoints.Reached(CrashPoints.CopyDecided);
            await copies.UpdateOneAsync(older, newer, new UpdateOptions { IsUpsert = true }, ct);
            CrashPoints.Reached(CrashPoints.CopyWritten);
            return true;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            // It exists: as new as this event, or made in this instant by an older one, which must not win.
            return (await copies.UpdateOneAsync(older, newer, cancellationToken: ct)).MatchedCount == 1;
        }
    }
}
