using MongoDB.Driver;
using Visuels.Auth.Accounts;
using Visuels.ServiceDefaults.Mongo;
using Visuels.ServiceDefaults.Security;

namespace Visuels.Auth.Artists;

/// <summary>The artists among the documents of collection <c>accounts</c>.</summary>
internal sealed class ArtistStore(IMongoDatabase database) : ICreatesIndexes
{
    private static readonly FilterDefinitionBuilder<Account> Filter = Builders<Account>.Filter;
    private static readonly ProjectionDefinition<Account, Account> Shown = Builders<Account>.Projection.Exclude(a => a.Outbox).Exclude(a => a.PasswordHash);

    // Only who has proven an address, and behaves.
    private static readonly FilterDefinition<Account> OnShow =
        Filter.Eq(a => a.Role, Roles.Artist) & Filter.Eq(a => a.Verified, true) & Filter.Eq(a => a.Blocked, false);

    private readonly IMongoCollection<Account> _accounts = database.GetCollection<Account>(AccountStore.Collection);

    public Task CreateIndexesAsync(CancellationToken ct) => _accounts.Indexes.CreateManyAsync(
        [
            new("{ role: 1, verified: 1, blocked: 1, _id: -1 }", new CreateIndexOptions { Name = "artists" }),
            new(
                """
                {
                    name: 'text', username: 'text', 'artistProfile.city': 'text', 'artistProfile.state': 'text', 'artistProfile.country': 'text',
                    'artistProfile.specialist': 'text', 'artistProfile.stylesAndThemes': 'text'
                }
                """,
                new CreateIndexOptions<Account>
                {
                    Name = "artist_words",
                    DefaultLanguage = "none",
                    PartialFilterExpression = Filter.Eq(a => a.Role, Roles.Artist),
                }),
        ],
        ct);

    /// <summary>Artists that fit, newest first, one more than the page holds when there are more.</summary>
    public Task<List<Account>> ListAsync(ArtistQuery query, CancellationToken ct)
    {
        var filter = OnShow;
        if (query.SearchText is { } words)
        {
            filter &= Filter.Text(words, new TextSearchOptions { Language = "none" });
        }

        if (query.After is { } last)
        {
            filter &= Filter.Lt(a => a.Id, last);
        }

        return _accounts.Find(filter).SortByDescending(a => a.Id).Skip(query.Skip).Limit(query.Size + 1).Project(Shown).ToListAsync(ct);
    }

    public async Task<Account?> FindAsync(string username, CancellationToken ct) =>
        await _accounts.Find(OnShow & Filter.Eq(a => a.UsernameKey, Account.KeyOf(username))).Project(Shown).FirstOrDefaultAsync(ct);
}
