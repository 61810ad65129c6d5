using System.Security.Cryptography;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Auth.Google;

/// <summary>Collection <c>google_flows</c>: the ways to Google and back that have ended. A state, though sealed and bound to its browser, counts once.</summary>
internal sealed class GoogleFlows(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes
{
    /// <summary>How long the way there and back may take.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly IMongoCollection<GoogleFlow> _flows = database.GetCollection<GoogleFlow>("google_flows");

    public static string New() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    public Task CreateIndexesAsync(CancellationToken ct) => _flows.Indexes.CreateOneAsync(
        new CreateIndexModel<GoogleFlow>(Builders<GoogleFlow>.IndexKeys.Ascending(flow => flow.DeleteAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
        cancellationToken: ct);

    /// <returns>False when this flow has ended before.</returns>
    public async Task<bool> TryEndAsync(string flow, CancellationToken ct)
    {
        try
        {
            // Twice its life: the state may have been made by an instance whose clock is behind.
            await _flows.InsertOneAsync(new GoogleFlow { Id = flow, DeleteAt = clock.GetUtcNow() + (2 * Life) }, cancellationToken: ct);
            return true;
        }
        catch (MongoException e) when (e.IsDuplicateKey())
        {
            return false;
        }
    }
}

internal sealed class GoogleFlow
{
    public required string Id { get; set; }

    public DateTimeOffset DeleteAt { get; set; }
}
