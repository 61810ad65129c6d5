using System.Globalization;
using System.Security.Cryptography;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Auth.Google;

/// <summary>Collection <c>google_flows</c>: the ways to Google and back that have ended. A state, though sealed and bound to its browser, counts once, and not for ever.</summary>
internal sealed class GoogleFlows(IMongoDatabase database, TimeProvider clock) : ICreatesIndexes
{
    /// <summary>How long the way there and back may take.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly IMongoCollection<GoogleFlow> _flows = database.GetCollection<GoogleFlow>("google_flows");

    /// <summary>When the flow ends, and a number that no other has. Nobody can change it: it travels sealed.</summary>
    public static string New(DateTimeOffset now) =>
        string.Create(CultureInfo.InvariantCulture, $"{(now + Life).ToUnixTimeSeconds()}.{RandomNumberGenerator.GetHexString(32, lowercase: true)}");

    public Task CreateIndexesAsync(CancellationToken ct) => _flows.Indexes.CreateOneAsync(
        new CreateIndexModel<GoogleFlow>(Builders<GoogleFlow>.IndexKeys.Ascending(flow => flow.DeleteAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
        cancellationToken: ct);

    /// <returns>False when this flow has ended before, or its time is over.</returns>
    public async Task<bool> TryEndAsync(string flow, CancellationToken ct)
    {
        if (!long.TryParse(flow.Split('.')[0], CultureInfo.InvariantCulture, out var end) || clock.GetUtcNow().ToUnixTimeSeconds() >= end)
        {
            return false;
        }

        try
        {
            // Kept beyond its end, for instances whose clocks are behind.
            await _flows.InsertOneAsync(new GoogleFlow { Id = flow, DeleteAt = DateTimeOffset.FromUnixTimeSeconds(end) + Life }, cancellationToken: ct);
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
