using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Mongo;

namespace Visuels.Auth.Sessions;

/// <summary>Collection <c>sessions</c>.</summary>
internal sealed class SessionStore(IMongoDatabase database, RefreshTokens tokens, TimeProvider clock) : ICreatesIndexes
{
    private readonly IMongoCollection<Session> _sessions = database.GetCollection<Session>("sessions");

    public Task CreateIndexesAsync(CancellationToken ct) => _sessions.Indexes.CreateManyAsync(
        [
            new(Builders<Session>.IndexKeys.Ascending(s => s.UserId)),
            new(Builders<Session>.IndexKeys.Ascending(s => s.ExpiresAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
        ],
        ct);

    public async Task<(Session Session, RefreshToken Token)> StartAsync(ObjectId userId, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var id = ObjectId.GenerateNewId();
        var token = tokens.First(id);
        var session = new Session { Id = id, UserId = userId, Token = token.Hash, StartedAt = now, RotatedAt = now, ExpiresAt = now + Session.Life };
        await _sessions.InsertOneAsync(session, cancellationToken: ct);
        return (session, token);
    }

    /// <summary>
    /// Exchanges a refresh token for the next one. Whoever comes with the same token at the same time gets the same; whoever comes with
    /// an old one later has a copy, or was robbed of it, and the session ends.
    /// </summary>
    public async Task<(Session Session, RefreshToken Token)?> RotateAsync(RefreshToken token, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var next = tokens.After(token);
        var hash = token.Hash;
        var rotated = await _sessions.FindOneAndUpdateAsync(
            s => s.Id == token.Session && s.Token == hash && s.ExpiresAt > now,
            Builders<Session>.Update.Set(s => s.Token, next.Hash).Set(s => s.Previous, hash).Set(s => s.RotatedAt, now),
            new FindOneAndUpdateOptions<Session> { ReturnDocument = ReturnDocument.After },
            ct);
        if (rotated is not null)
        {
            return (rotated, next);
        }

        var session = await _sessions.Find(s => s.Id == token.Session && s.ExpiresAt > now).FirstOrDefaultAsync(ct);
        if (session?.Previous == hash && now < session.RotatedAt + Session.Overlap)
        {
            return (session, next);
        }

        if (session is not null)
        {
            await EndAsync(session.Id, ct);
        }

        return null;
    }

    public async Task<Session?> FindAsync(ObjectId id, CancellationToken ct) => await _sessions.Find(s => s.Id == id).FirstOrDefaultAsync(ct);

    public Task EndAsync(ObjectId id, CancellationToken ct) => _sessions.DeleteOneAsync(s => s.Id == id, ct);

    public Task EndAllAsync(ObjectId userId, CancellationToken ct) => _sessions.DeleteManyAsync(s => s.UserId == userId, ct);
}
