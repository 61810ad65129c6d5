using MongoDB.Bson;
using MongoDB.Driver;
using Visuels.ServiceDefaults.Errors;
using Visuels.ServiceDefaults.Http;
using Visuels.ServiceDefaults.Messaging;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;

namespace Visuels.ServiceDefaults.Users;

/// <summary>
/// This service's copies of accounts (collection <c>users</c>), fed by Auth's events. A card that is missing is asked of Auth,
/// all of a request in one call.
/// </summary>
public sealed class UserCards(IMongoDatabase database, UserCardsClient auth) : ICreatesIndexes
{
    private static readonly UpdateDefinitionBuilder<UserCard> Update = Builders<UserCard>.Update;

    private readonly IMongoCollection<UserCard> _cards = database.GetCollection<UserCard>("users");

    /// <inheritdoc />
    public Task CreateIndexesAsync(CancellationToken ct) => _cards.Indexes.CreateManyAsync(
        [
            new(Builders<UserCard>.IndexKeys.Ascending(card => card.Username)),
            new(Builders<UserCard>.IndexKeys.Ascending(card => card.ForgetAt), new CreateIndexOptions { Name = "forget_at", Sparse = true }),
        ],
        ct);

    /// <summary>Keeps a card unless a newer version is known already; order and repetition of events do not matter.</summary>
    /// <param name="card">The card.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task ApplyAsync(UserCard card, CancellationToken ct) => _cards.ApplyNewerAsync(
        Builders<UserCard>.Filter.Eq(known => known.Id, card.Id),
        card.Version,
        Update
            .Set(known => known.Username, card.Username)
            .Set(known => known.Name, card.Name)
            .Set(known => known.Email, card.Email)
            .Set(known => known.Role, card.Role),
        ct);

    /// <summary>Puts an anonymous card in the place of what was known of an account, and notes when to look for leftovers once more.</summary>
    /// <param name="id">The account.</param>
    /// <param name="version">The version with which it was deleted.</param>
    /// <param name="forgetAt">When <see cref="DeletedUsers"/> looks again.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task EraseAsync(ObjectId id, long version, DateTimeOffset forgetAt, CancellationToken ct)
    {
        await ApplyAsync(UserCard.Anonymous(id, version), ct);
        await _cards.UpdateOneAsync(card => card.Id == id, Update.Set(card => card.ForgetAt, forgetAt), cancellationToken: ct);
    }

    /// <summary>Those of some accounts that this service knows to be deleted. Asks nobody.</summary>
    /// <param name="ids">Account ids.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<IReadOnlySet<ObjectId>> FindDeletedAsync(IEnumerable<ObjectId> ids, CancellationToken ct) =>
        (await _cards.Find(Builders<UserCard>.Filter.In(card => card.Id, ids) & Builders<UserCard>.Filter.Eq(card => card.Role, Roles.Deleted))
            .Project(card => card.Id).ToListAsync(ct)).ToHashSet();

    /// <summary>Some of the deleted accounts whose leftovers are to be looked for by now.</summary>
    /// <param name="now">The time.</param>
    /// <param name="limit">At most so many.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task<List<UserCard>> FindForgettableAsync(DateTimeOffset now, int limit, CancellationToken ct) =>
        _cards.Find(card => card.ForgetAt <= now).SortBy(card => card.ForgetAt).Limit(limit).ToListAsync(ct);

    /// <summary>Nothing is left of a deleted account.</summary>
    /// <param name="card">Its card, as it was read.</param>
    /// <param name="ct">Ends the wait.</param>
    public Task MarkForgottenAsync(UserCard card, CancellationToken ct) => _cards.UpdateOneAsync(
        known => known.Id == card.Id && known.ForgetAt == card.ForgetAt, Update.Unset(known => known.ForgetAt), cancellationToken: ct);

    /// <summary>The cards of some accounts; ids that Auth does not know are absent.</summary>
    /// <param name="ids">Account ids.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">A card is missing here and Auth cannot be asked.</exception>
    public async Task<IReadOnlyDictionary<ObjectId, UserCard>> GetAsync(IEnumerable<ObjectId> ids, CancellationToken ct)
    {
        var wanted = ids.ToHashSet();
        var found = (await _cards.Find(Builders<UserCard>.Filter.In(card => card.Id, wanted)).ToListAsync(ct)).ToDictionary(card => card.Id);
        wanted.ExceptWith(found.Keys);
        if (wanted.Count > 0)
        {
            foreach (var card in await auth.GetAsync(wanted, ct))
            {
                await ApplyAsync(card, ct);
                found[card.Id] = card;
            }
        }

        return found;
    }

    /// <summary>The card of one account, or null when Auth does not know it.</summary>
    /// <param name="id">Account id.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">The card is missing here and Auth cannot be asked.</exception>
    public async Task<UserCard?> FindAsync(ObjectId id, CancellationToken ct) => (await GetAsync([id], ct)).GetValueOrDefault(id);

    /// <summary>The id of the account with a user name, or null. Knows only the accounts of which an event or an answer has come.</summary>
    /// <param name="username">The user name.</param>
    /// <param name="ct">Ends the wait.</param>
    public async Task<ObjectId?> FindIdAsync(string username, CancellationToken ct) =>
        (await _cards.Find(card => card.Username == username).FirstOrDefaultAsync(ct))?.Id;
}

/// <summary>Asks Auth for cards.</summary>
public sealed class UserCardsClient(HttpClient http)
{
    /// <summary>The cards that Auth has of at most 50 ids per call.</summary>
    /// <param name="ids">Account ids.</param>
    /// <param name="ct">Ends the wait.</param>
    /// <exception cref="DependencyUnavailableException">Auth does not answer in time.</exception>
    public async Task<IReadOnlyList<UserCard>> GetAsync(IEnumerable<ObjectId> ids, CancellationToken ct)
    {
        var answer = await http.AskAsync<UserCardsResponse>("auth (user cards)", "api/v1/auth/internal/cards", new UserCardsRequest([.. ids]), ct);
        return [.. answer.Cards.Select(card => new UserCard
        {
            Id = card.Id,
            Version = card.Version,
            Username = card.Username,
            Name = card.Name,
            Email = card.Email,
            Role = card.Role,
        })];
    }
}
