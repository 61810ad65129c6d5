using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.Contracts.Accounts;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;
using Visuels.ServiceDefaults.Security.Revocation;

namespace Visuels.Auth.Sessions;

/// <summary>Collection <c>sessions</c>. Whether a session that is here goes on is its account's say, too: <see cref="Account.Admits"/>.</summary>
internal sealed class SessionStore(IMongoDatabase database, RefreshTokens tokens, OutboxSignal signal, Revocations revocations, SecurityLog security, TimeProvider clock) : ICreatesIndexes
{
    public const string Collection = "sessions";

    private static readonly FilterDefinitionBuilder<Session> Filter = Builders<Session>.Filter;
    private static readonly UpdateDefinitionBuilder<Session> Update = Builders<Session>.Update;
    private static readonly IndexKeysDefinitionBuilder<Session> Keys = Builders<Session>.IndexKeys;

    private readonly IMongoCollection<Session> _sessions = database.GetCollection<Session>(Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _sessions.Indexes.CreateManyAsync(
        [
            new(Keys.Ascending(s => s.UserId)),
            new(Keys.Ascending(s => s.ExpiresAt), new CreateIndexOptions { ExpireAfter = TimeSpan.Zero }),
            new(
                Keys.Ascending(s => s.EndedAt),
                new CreateIndexOptions<Session> { Name = "ended_at", PartialFilterExpression = Filter.Exists(s => s.EndedAt) }),
        ],
        ct);

    /// <summary>Begins a session of an account as it was read; whatever ended its sessions since ends this one, too.</summary>
    public async Task<(Session Session, RefreshToken Token)> StartAsync(Account account, string device, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var id = ObjectId.GenerateNewId();
        var token = tokens.First(id);
        var session = new Session
        {
            Id = id,
            UserId = account.Id,
            Generation = account.Generation,
            Device = device,
            Token = token.Hash,
            StartedAt = now,
            RotatedAt = now,
            ExpiresAt = now + Session.Life,
        };
        await _sessions.InsertOneAsync(session, cancellationToken: ct);
        security.Note(SecurityEvent.SignedIn, account.Id.ToString(), $"session {id}");
        await EndOldestAsync(account.Id, ct);
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
        var alive = Filter.Eq(s => s.Id, token.Session) & Alive(now);
        var rotated = await _sessions.FindOneAndUpdateAsync(
            alive & Filter.Eq(s => s.Token, hash),
            Update.Set(s => s.Token, next.Hash).Set(s => s.Previous, hash).Set(s => s.RotatedAt, now),
            new FindOneAndUpdateOptions<Session> { ReturnDocument = ReturnDocument.After },
            ct);
        if (rotated is not null)
        {
            return (rotated, next);
        }

        var session = await _sessions.Find(alive).FirstOrDefaultAsync(ct);
        if (session?.Previous == hash && now < session.RotatedAt + Session.Overlap)
        {
            return (session, next);
        }

        if (session is not null)
        {
            security.Note(SecurityEvent.RefreshTokenReused, session.UserId.ToString(), $"session {session.Id}");
            await EndAsync(session.Id, ct);
        }

        return null;
    }

    /// <summary>A session that has not ended.</summary>
    public async Task<Session?> FindAsync(ObjectId id, CancellationToken ct) =>
        await _sessions.Find(Filter.Eq(s => s.Id, id) & Alive(clock.GetUtcNow())).FirstOrDefaultAsync(ct);

    /// <summary>The sessions that go on, the last used first.</summary>
    public async Task<IReadOnlyList<Session>> ListAsync(Account account, CancellationToken ct) =>
        [.. (await _sessions.Find(Filter.Eq(s => s.UserId, account.Id) & Alive(clock.GetUtcNow())).SortByDescending(s => s.RotatedAt).ToListAsync(ct)).Where(account.Admits)];

    /// <summary>Ends a session, here and in all services; nothing when it has ended already.</summary>
    public async Task EndAsync(ObjectId id, CancellationToken ct)
    {
        if (await FindAsync(id, ct) is { } session)
        {
            await EndAsync([session], ct);
        }
    }

    /// <summary>Ends one of a user's own sessions; false when there is none with this id.</summary>
    public async Task<bool> TryEndAsync(ObjectId userId, ObjectId id, CancellationToken ct) =>
        await FindAsync(id, ct) is { } session && session.UserId == userId && await EndAsync([session], ct);

    /// <summary>Ends of single sessions since a moment, oldest first.</summary>
    public async Task<IReadOnlyList<SessionEnded>> GetEndedSinceAsync(DateTimeOffset since, int limit, CancellationToken ct) =>
    [
        .. (await _sessions.Find(Filter.Gte(s => s.EndedAt, since)).SortBy(s => s.EndedAt).Limit(limit).ToListAsync(ct))
            .Select(s => Ended(s, s.EndedAt!.Value)),
    ];

    /// <summary>Removes sessions that have ended with their account's generation. Only cleaning up: they are refused without it, too.</summary>
    public Task ClearAsync(ObjectId userId, CancellationToken ct, ObjectId? kept = null) =>
        _sessions.DeleteManyAsync(Filter.Eq(s => s.UserId, userId) & Filter.Ne(s => s.Id, kept ?? ObjectId.Empty), ct);

    // However many begin at once: who comes last sees all of them.
    private async Task EndOldestAsync(ObjectId userId, CancellationToken ct)
    {
        var tooMany = await _sessions.Find(Filter.Eq(s => s.UserId, userId) & Alive(clock.GetUtcNow()))
            .Sort(Builders<Session>.Sort.Descending(s => s.StartedAt).Descending(s => s.Id))
            .Skip(Session.Most)
            .Limit(Session.Most)
            .ToListAsync(ct);
        if (tooMany.Count > 0)
        {
            await EndAsync(tooMany, ct);
        }
    }

    private async Task<bool> EndAsync(List<Session> sessions, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var result = await _sessions.BulkWriteAsync(
            sessions.Select(session => new UpdateOneModel<Session>(
                Filter.Eq(s => s.Id, session.Id) & Alive(now),
                Update
                    .Set(s => s.EndedAt, now)
                    .Set(s => s.ExpiresAt, now + Session.Grave)
                    .Publishing(now, Ended(session, now)))),
            new BulkWriteOptions { IsOrdered = false },
            ct);
        signal.Raise();
        foreach (var session in result.MatchedCount > 0 ? sessions : [])
        {
            revocations.Apply(Ended(session, now));
            security.Note(SecurityEvent.SessionsEnded, session.UserId.ToString(), $"session {session.Id}");
        }

        return result.MatchedCount > 0;
    }

    private static SessionEnded Ended(Session session, DateTimeOffset at) => new(session.Id.ToString(), session.UserId.ToString(), at);

    private static FilterDefinition<Session> Alive(DateTimeOffset now) => Filter.Exists(s => s.EndedAt, false)
        & Filter.Gt(s => s.ExpiresAt, now)
        & Filter.Gt(s => s.RotatedAt, now - Session.IdleLife);
}
